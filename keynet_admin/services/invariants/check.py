"""The table of what must hold, and the one function that looks at all of it at one moment.

Everything is read by sets, in one transaction that only reads: while others write, all answers are about the same moment.
"""

from collections.abc import Callable
from dataclasses import dataclass

from keynet_admin.extensions import db, reading
from keynet_admin.services.invariants import accounts, cases, letters, log, people, public
from keynet_admin.services.invariants.row import Invariant, Looked

INVARIANTS: tuple[Invariant, ...] = (
    Invariant("cases_whole", "受け付けた申請は、内容がすべて残っています。", cases.whole),
    Invariant("cases_told", "受け付けた申請は、すべて操作の記録にあります。", cases.told),
    Invariant("cases_confirmed", "受け付けた申請には、受付のメールがあります。", cases.confirmed),
    Invariant("people_received", "受け付けた応募と質問は、操作の記録と受付のメールがあります。", cases.people),
    Invariant("cases_searchable", "受け付けた申請は、検索で見つかります。", cases.searchable),
    Invariant("mails_once", "1つのことに、同じメールは1通です。", letters.once),
    Invariant("digests_once", "朝のまとめと、日をおいて尋ねるメールは、1日に1通です。", letters.one_digest_a_day),
    Invariant("news_once", "新しいことを知らせるメールは、前のメールの後にあったことを伝えています。", letters.news_once),
    Invariant("accounts_invited", "アカウントは、ご案内を送るか、ご本人がログインしたものです。", accounts.invited),
    Invariant("invitations_mailed", "ご案内とパスワード再設定には、メールが1通ずつあります。", accounts.letters),
    Invariant("postings_listed", "公開の一覧は、公開中の募集と一致しています。", public.listed),
    Invariant("postings_searchable", "公開中の募集は、検索で見つかります。", public.searchable),
    Invariant("partners_right", "連携先には、渡す募集だけが載っています。", public.partners),
    Invariant("people_reported", "確保した人数は、画面と記録で同じです。", people.reported),
    Invariant("people_placed", "ほかの方法で確保した人数は、記録と連携先の報告に一致しています。", people.placed),
    Invariant("people_shown", "公開のページの人数は、確保した人数に一致しています。", people.shown),
    Invariant("states_known", "すべての状態は、状態の表にあるものです。", log.known_states),
    Invariant("states_told", "いまの状態は、最後の記録と同じです。", log.told_states),
    Invariant("subjects_there", "記録・決定・メールのもとになったものは、残っています。", log.still_there),
    Invariant("log_sealed", "操作の記録は、書き換えられていません。", log.sealed),
)


@dataclass(frozen=True)
class InvariantResult:
    """What was seen of one invariant."""

    invariant: Invariant
    looked: Looked


def check(tick: Callable[[InvariantResult], object] = lambda _result: None) -> list[InvariantResult]:
    """Look at everything. Called with no transaction open; `tick` hears each result."""
    results = []
    with reading():
        db.session.rollback()
        try:
            _at_one_moment()
            for invariant in INVARIANTS:
                results.append(InvariantResult(invariant, _look(invariant)))
                tick(results[-1])
        finally:
            db.session.rollback()
    return results


def broken() -> dict[str, list[str]]:
    """What does not hold, by the invariant's name; empty when all holds."""
    return {result.invariant.name: result.looked.found for result in check() if result.looked.found}


def _look(invariant: Invariant) -> Looked:
    try:
        return invariant.look()
    except (LookupError, ValueError) as error:
        # What is stored is no word of ours: that is a finding, and the others are looked at all the same.
        return Looked(0, [f"読めない行があり、確かめられませんでした（{type(error).__name__}: {error}）。"])


def _at_one_moment() -> None:
    """SQLite's reading transaction sees one moment by itself."""
    if db.engine.dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
