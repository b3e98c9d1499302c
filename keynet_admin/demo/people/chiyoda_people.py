"""Who applies and asks at the postings of the body whose account can be tried out: somebody in every stage, as a desk meets them."""

from datetime import timedelta
from random import Random

from keynet_admin import clock
from keynet_admin.demo import forms
from keynet_admin.demo.municipalities import DemoMunicipality
from keynet_admin.demo.people.plan import STEPS, PersonPlan, play, send
from keynet_admin.demo.simulation import Scenario, Simulation, officer
from keynet_admin.models import Account, Organization, Posting
from keynet_admin.services.posting import closing, drafts, placements, publication
from keynet_admin.vocabulary import SecuredWay

LOOKED_AT = 0  # the person whose own page is named when the demo starts
MEETING = "庁舎2階の会議室"

NURSE = (
    PersonPlan(
        LOOKED_AT,
        8,
        "20:35",
        (
            (0.4, "template", "受付のお礼"),
            (0.9, "writes", "ありがとうございます。面接は、水曜か木曜の午後ですと伺えます。"),
            (0.3, "read"),
            (0.2, "select"),
            (0.1, "interview", f"6 {MEETING}"),
            (0.1, "say", "面接の日時をお知らせしました。当日は、免許証の原本をお持ちください。"),
        ),
        message="病院の外来で6年勤務しました。週末を中心に働きたいです。",
    ),
    PersonPlan(1, 3, "21:10"),  # nobody ever opens it
    PersonPlan(2, 10, "10:20"),  # over its day
    PersonPlan(3, 13, "12:40"),
    PersonPlan(4, 13, "16:05", message="准看護師から看護師になって3年です。採血は毎日しています。"),
    PersonPlan(5, 11, "09:30", ((0.8, "see"), (0.1, "note", "平日の日中は電話に出られないとのこと。連絡はメールで。"))),
    PersonPlan(6, 12, "13:15", ((0.6, "see"),)),
    PersonPlan(7, 10, "18:30", ((1.1, "see"), (0.4, "contact"), (0.1, "note", "電話で希望の曜日を確認。土曜なら毎週入れるとのこと。"))),
    PersonPlan(
        8, 10, "11:05", ((0.6, "template", "書類の確認"), (1.6, "writes", "免許証の原本を持参します。駐輪場は使えますか。"))
    ),  # not yet read
    PersonPlan(9, 5, "20:00", ((0.8, "see"), (1.2, "contact"), (2.2, "select"), (0.3, "own"))),
    PersonPlan(10, 4, "15:20", ((1.0, "see"), (0.8, "move_direct"), (0.2, "note", "保健所の面接会に案内。結果は来週。"))),
    PersonPlan(11, 2, "21:40", ((1.0, "see"), (1.5, "template", "受付のお礼"), (2.0, "select"), (3.0, "offer"))),
    PersonPlan(12, 2, "19:05", ((0.7, "see"), (1.0, "select"), (3.0, "offer"), (1.0, "accepts", "よろしくお願いします。"))),
    PersonPlan(
        13,
        2,
        "12:10",
        (
            (0.5, "see"),
            (1.2, "select"),
            (2.5, "offer"),
            (0.8, "accepts"),
            (0.5, "secure"),
            (0.2, "say", "勤務表は、開始の2週間前にお送りします。"),
        ),
    ),
    PersonPlan(14, 2, "17:45", ((1.2, "see"), (1.0, "move_direct"), (4.0, "secure"))),
    PersonPlan(
        15,
        3,
        "10:00",
        ((0.9, "see"), (1.4, "select"), (2.2, "offer"), (1.5, "leaves", "別の勤務先に決まりました。申し訳ありません。"), (0.3, "read")),
    ),
    PersonPlan(16, 3, "22:15", ((1.1, "see"), (1.3, "select"), (3.5, "reject"))),
    PersonPlan(17, 6, "08:50", ((0.7, "see"), (1.5, "leaves", "家庭の都合で、今回は辞退します。"), (0.3, "read"))),
)
CLERK = (
    PersonPlan(18, 13, "14:55"),
    PersonPlan(19, 12, "20:20", by_phone=True),
    PersonPlan(20, 9, "12:30", ((1.0, "see"), (0.9, "contact")), by_phone=True),
    PersonPlan(
        21,
        7,
        "19:40",
        ((1.1, "see"), (1.0, "template", "受付のお礼"), (0.9, "writes", "金曜の10時でお願いできますか。"), (0.2, "read"), (0.1, "select")),
    ),
    PersonPlan(22, 4, "13:35", ((1.0, "see"), (1.3, "contact"), (1.2, "record_withdrawal"))),
    PersonPlan(23, 3, "16:25", ((0.9, "see"), (1.2, "select"), (2.8, "reject"))),
    PersonPlan(24, 13, "11:20", question="車いすを使っていますが、会場の事務の仕事はできますか。"),
    PersonPlan(
        25,
        5,
        "20:55",
        (
            (0.8, "answer", "はい、出ます。経路を確認のうえ、実費をお支払いします。"),
            (0.2, "publish", "研修の日の交通費は出ますか。\nはい。経路を確認のうえ、実費をお支払いします。"),
        ),
        question="研修の日にも交通費は出ますか。",
    ),
    PersonPlan(
        26,
        8,
        "18:10",
        ((1.2, "answer", "パソコンは文字の入力ができれば十分です。操作は初日にご説明します。"),),
        question="パソコンはどのくらい使えればよいですか。",
    ),
    PersonPlan(27, 7, "21:30", ((0.8, "answer", "週2日からご相談いただけます。"),), question="週2日でも応募できますか。"),
    PersonPlan(27, 9, "20:05", ((1.2, "see"),)),  # the same person: the question becomes an application
    PersonPlan(28, 11, "15:45", ((0.5, "see"), (0.4, "to_inquiry")), message="ほかの区に住んでいても応募できますか。"),
)
MASKED = (
    PersonPlan(29, 12, "10:45", ((0.7, "see"),)),
    PersonPlan(30, 13, "19:20", question="夜間の勤務はありますか。"),
)
FILLING = (
    PersonPlan(40, 4, "19:50", ((0.6, "see"), (0.8, "select"), (1.2, "offer"), (0.6, "accepts"), (0.2, "read"), (0.1, "secure"))),
    PersonPlan(41, 5, "12:05", ((0.7, "see"), (0.7, "move_direct"), (2.5, "secure"))),
    PersonPlan(42, 6, "20:15", ((0.9, "see"), (4.5, "reject"))),
)
LONG_AGO = PersonPlan(60, 0, "")
ENDING = (
    PersonPlan(50, 4, "21:25", ((0.7, "see"), (0.9, "select"), (1.5, "offer"), (0.9, "secure"))),
    PersonPlan(51, 6, "13:00", ((0.8, "see"), (1.0, "move_direct"))),
    PersonPlan(52, 8, "18:45", ((0.6, "see"),)),
)


def long_ago(row: Posting, account: Account) -> Scenario:
    """Somebody was secured, and the posting closed with its outcome."""
    yield clock.now() + timedelta(days=3)
    made = send(row, LONG_AGO)
    for step in ("see", "select", "offer", "secure"):
        yield clock.now() + timedelta(days=2)
        STEPS[step](made, account, "")
    yield clock.now() + timedelta(days=2)
    figures = {SecuredWay.nurse_center: 0, SecuredWay.other: 0}
    closing.close(row, officer(account), seen_version=row.version, figures=figures, results={}, rest="enough", fates={})


def start(simulation: Simulation, account: Account, nurse: Posting, clerk: Posting, masked: Posting) -> None:
    """Let everybody come to the postings that stay open."""
    for posting, plans in ((nurse, NURSE), (clerk, CLERK), (masked, MASKED)):
        for plan in plans:
            simulation.start(play(simulation, posting, account, plan))


def filling(simulation: Simulation, body: DemoMunicipality, account: Account) -> Scenario:
    """A posting of the office's own that ends by itself, once three nurses are found: by this site, after direct selection, by the Nurse Center."""
    yield simulation.moment_of(3, "11:00")
    row = _own(body, account, "nurse", 3)
    for plan in FILLING:
        simulation.start(play(simulation, row, account, plan))
    yield simulation.moment_of(11, "15:10")
    placements.place(row, officer(account), seen_version=row.version, way=SecuredWay.nurse_center, count=1)


def ending(simulation: Simulation, body: DemoMunicipality, account: Account) -> Scenario:
    """A posting that the office closes with its outcome; one place stays open, so that it may be taken up again."""
    yield simulation.moment_of(3, "13:30")
    row = _own(body, account, "physician", 5)
    for plan in ENDING:
        simulation.start(play(simulation, row, account, plan))
    yield simulation.moment_of(13, "10:40")
    figures = {SecuredWay.save_the_town: 1, SecuredWay.other: 1}
    results = {person.id: "secured" for person in closing.waiting(row)["moved"]}
    fates = {"received": True}
    closing.close(row, officer(account), seen_version=row.version, figures=figures, results=results, rest="enough", fates=fates)


def _own(body: DemoMunicipality, account: Account, job: str, wanted: int) -> Posting:
    """A posting that the body writes in its office and publishes."""
    organization = account.organization
    if not isinstance(organization, Organization):
        raise ValueError("an account of the service center")
    content = forms.posting(Random(job), body, clock.today(), job, "保健予防課", plain=True) | {"headcount": f"{wanted}名"}  # noqa: S311
    row = drafts.create(organization, content, officer(account))
    publication.publish(row, officer(account), seen_version=row.version)
    return row
