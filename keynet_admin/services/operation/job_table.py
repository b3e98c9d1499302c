"""Every job that runs by itself: what it is called, what it is for, and its timetable. What each one does stands in `keynet_admin/jobs.py`."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from keynet_admin import clock

MAIL_EVERY = 10
EXPIRE_EVERY = 60
PURGE_HOUR, VERIFY_HOUR, BACKUP_HOUR = 3, 4, 5  # in Japan


@dataclass(frozen=True)
class Job:
    """One row. `every`: seconds between two runs; 0 for a job of the night, which runs once a day from `hour` in Japan on."""

    name: str
    label: str
    purpose: str
    every: int = EXPIRE_EVERY
    hour: int = 0

    @property
    def timetable(self) -> str:
        """The timetable in words."""
        if not self.every:
            return f"毎日{self.hour}時"
        return f"{self.every}秒ごと" if self.every < 60 else f"{self.every // 60}分ごと"

    def next_run(self, ended: datetime | None, now: datetime) -> datetime:
        """When it is due after a run that ended at `ended`, at `now` at the earliest (all of the real clock)."""
        if self.every:
            return max(now, ended + timedelta(seconds=self.every)) if ended is not None else now
        local = now.astimezone(clock.TOKYO)
        due = local.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        if ended is not None and ended >= due:
            due += timedelta(days=1)
        return max(now, due)


JOBS: tuple[Job, ...] = (
    Job("deliver_mail", "メールの送信", "送信待ちのメールを相手のメールサーバーに渡します。", MAIL_EVERY),
    Job("open_postings", "募集の公開", "公開を予定した日になった募集を公開します。"),
    Job("follow_up", "申請の見守り", "届かなかったご案内や返答のない差し戻しを見つけ、催促や電話の依頼を出します。", MAIL_EVERY),
    Job("expire_postings", "募集の終了", "募集の最終日を過ぎた募集を終了します。"),
    Job("ask_postings", "募集が有効かのお尋ね", "しばらく変更のない募集を自治体に確かめ、返答がないものを一時停止します。"),
    Job("ask_outcomes", "確保した人数のお尋ね", "終了した募集で何人を確保できたかを自治体に聞きます。"),
    Job(
        "follow_candidates",
        "応募した方への約束",
        "返事の期限を過ぎた応募について自治体に催促し、本人に知らせ、保存期間の予告と閲覧の停止を行います。",
    ),
    Job("tell_offices", "自治体へのお知らせ", "自治体の担当者に、朝のまとめと新しい応募のお知らせを送ります。"),
    Job("tell_desk", "運営事務局へのお知らせ", "運営の担当者に、まとめ・新しい仕事・期限の近い申請のお知らせを送ります。"),
    Job("follow_reports", "実績の報告", "実績の確認を団体に依頼し、期限を過ぎた回を確定します。"),
    Job("follow_partners", "連携先", "連携先に変更と取下げを知らせ、遅れの警報を出し、古い鍵を止めます。"),
    Job("tell_visitors", "新しい募集のメール", "申し込んだ方に新しい募集を知らせ、期限の前に続けるかを聞きます。"),
    Job(
        "close_unused_accounts", "使われていないアカウント", "長く使われていないアカウントの本人に知らせ、返事がなければ利用を停止します。"
    ),
    Job("publish_open_data", "オープンデータの公開", "終わった月の数を公開します。"),
    Job("purge", "保存期間の処理", "保存期間を過ぎた個人の情報、入力途中の申請、ログインの記録などを削除します。", 0, PURGE_HOUR),
    Job("verify_log", "操作の記録の検証", "操作の記録が書き換えられていないかを、前回の続きから確かめます。", 0, VERIFY_HOUR),
    Job(
        "drop_backups",
        "古いバックアップの削除",
        "残す日数（KEYNET_BACKUP_DAYS）を過ぎたバックアップを、フォルダから削除します。",
        0,
        BACKUP_HOUR,
    ),
    Job("look_at_tables", "一覧を速く保つための集計", "データベースの表の大きさを数え、一覧と検索が早く出るようにします。", 0, BACKUP_HOUR),
)
BY_NAME = {job.name: job for job in JOBS}
