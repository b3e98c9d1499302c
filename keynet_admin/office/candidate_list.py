"""The municipality's people as a list: its columns, tabs by stage, filters, search, and what the rows' cells need."""

from collections.abc import Sequence
from typing import Any

from flask import g, url_for
from sqlalchemy import exists, false, literal, select
from sqlalchemy.orm import defer, joinedload

from keynet_admin.catalogue import posting_field
from keynet_admin.clock import TOKYO
from keynet_admin.extensions import db
from keynet_admin.models import Account, Candidate, Posting
from keynet_admin.services.candidate import lists
from keynet_admin.services.posting import duties
from keynet_admin.services.search import ngrams
from keynet_admin.services.search.among import among
from keynet_admin.services.search.typed import keys_of
from keynet_admin.vocabulary import CandidateKind, CandidateStatus
from keynet_admin.vocabulary import CandidateStatus as S
from keynet_admin.web.actor import current_actor
from keynet_admin.web.lists.page import CAP, Listed, ListFilter, Order, Tab

_C = Candidate
_STAGES: tuple[tuple[str, str, tuple[CandidateStatus, ...]], ...] = (
    ("received", "応募受付", (S.received, S.seen)),
    ("contacted", "連絡済み", (S.contacted,)),
    ("selection", "選考中", (S.selection, S.moved)),
    ("offered", "内定", (S.offered,)),
    ("secured", "確保", (S.secured,)),
)
_ENDED = (S.declined, S.rejected, S.withdrawn, S.converted)
_LICENCES = posting_field("licenses").choices
HIDDEN = "（一覧では隠しています）"


def _holds(value: str) -> Any:
    """Where-clause: the person chose this licence or slot."""
    return ngrams.holds(db.session.get_bind().dialect.name, _C.choices, literal(f"|{value}|")) & _C.locked.is_(False)


def _of_stage(states: Sequence[CandidateStatus]) -> Any:
    return lambda _actor: _C.status.in_(states)


def _postings() -> Any:
    """The municipality's postings that somebody applied to or asked about."""
    own = Posting.organization_id == (current_actor().organization_id or 0)
    return select(Posting.id, Posting.posting_no + "　" + Posting.title).where(own, exists().where(_C.posting_id == Posting.id))


def _owners() -> Any:
    return select(Account.id, Account.shown_name).where(Account.organization_id == (current_actor().organization_id or 0))


class CandidateList:
    """What `/office/candidate/` lists, mixed into the view of the people."""

    list_template = "office/candidates.html"
    cells_template = "office/_candidate_cells.html"
    noun = "応募者・問い合わせ"
    page_size = 20
    exports_persons = saved_views = can_view_details = True
    empty_title = "応募・問い合わせはまだありません"
    empty_text = "公開中の募集に応募や質問が届くと、ここに並びます。"
    tabs = (
        Tab(
            "due",
            "対応が必要",
            lambda _actor: _C.due_at.is_not(None) | _C.unread,
            (Order(_C.due_at), Order(_C.id)),
            ("対応が必要な方はいません", "応募、質問、お返事が届くと、約束の期日の近い順にここに並びます。"),
            "対応が必要な応募者と問い合わせ。約束の期日の近い順",
        ),
        *(Tab(name, label, _of_stage(states), empty=(f"「{label}」の方はいません", "")) for name, label, states in _STAGES),
        Tab(
            "ended",
            "終わった応募",
            _of_stage(_ENDED),
            empty=("終わった応募はありません", "辞退・不採用・内定辞退になった応募がここに並びます。"),
        ),
        Tab(
            "inquiry",
            "問い合わせ",
            lambda _actor: _C.kind == CandidateKind.inquiry,
            empty=("問い合わせはありません", "募集について質問が届くと、ここに並びます。"),
        ),
        Tab("all", "すべて"),
    )
    column_list = ("name", "licence", "wishes", "status", "last", "due", "owner")
    column_labels = {
        "name": "氏名",
        "licence": "免許",
        "wishes": "希望と枠",
        "status": "段階",
        "last": "最後の動き",
        "due": "待ち",
        "owner": "担当",
        "candidate_no": "番号",
        "kind": "区分",
        "posting": "募集",
        "kana": "フリガナ",
        "email": "メール",
        "tel": "電話",
        "received_at": "受付",
        "due_at": "期限",
        "interview_at": "面接",
    }
    column_export_list = (
        *("candidate_no", "kind", "posting", "name", "kana", "email", "tel", "licence", "wishes", "status"),
        *("received_at", "due_at", "changed_at", "interview_at", "owner"),
    )
    default_order = (Order(_C.id, down=True),)
    ordinary_sort = ""
    sort_columns = {"name": (Order(_C.kana), Order(_C.id)), "due": (Order(_C.due_at), Order(_C.id))}
    search_columns = (_C.search_text,)
    search_label = "氏名・番号・連絡先"
    list_filters = (
        ListFilter("todo", "用件", lambda: duties.options(duties.CANDIDATE_KINDS), lambda query, name: query.where(duties.matching(name))),
        ListFilter("posting", "募集", lambda: (), lambda query, value: query.where(_C.posting_id == int(value)), stored=_postings),
        ListFilter("licence", "免許", lambda: [(c.slug, c.label) for c in _LICENCES], lambda query, value: query.where(_holds(value))),
        ListFilter("shift", "入れる枠", lambda: list(lists.SLOTS.items()), lambda query, value: query.where(_holds(value))),
        ListFilter(
            "owner",
            "担当",
            lambda: [("none", "未定")],
            lambda query, value: query.where(_C.owner_id.is_(None) if value == "none" else _C.owner_id == int(value)),
            stored=_owners,
            every="全員",
        ),
        ListFilter("unread", "未読", lambda: [("1", "未読だけ")], lambda query, _value: query.where(_C.unread)),
    )
    list_options = (
        defer(_C.typed),
        joinedload(_C.posting).load_only(Posting.title, Posting.posting_no, Posting.headcount, Posting.current, Posting.status),
        joinedload(_C.owner).load_only(Account.name, Account.email),
    )

    def scope(self, query: Any) -> Any:
        """The municipality's own rows; nobody is left of an erased one."""
        return super().scope(query).where(_C.erased_at.is_(None))  # type: ignore[misc]

    def search(self, query: Any, text: str) -> Any:
        """The people in whom all words are found, whatever their spelling: looked for once, not again for each tab's count, while they are
        not too many."""
        keys, dialect = keys_of(text), db.session.get_bind().dialect.name
        found = [_C.locked.is_(False), *(ngrams.holds(dialect, _C.search_text, literal(key)) for key in keys)] if keys else [false()]
        ids = list(db.session.execute(self.scope(select(_C.id)).where(*found).limit(CAP + 1)).scalars())
        return query.where(among(_C.id, ids)) if len(ids) <= CAP else query.where(*found)

    def prepare(self, rows: Sequence[Candidate]) -> None:
        """What the postings of these rows offer, and what happened last, asked for at once."""
        g.offers = lists.offers({row.posting_id: row.posting for row in rows}.values())
        g.last = lists.last_events([row.id for row in rows])

    def chosen(self, page: Listed) -> tuple[Posting, lists.Offer] | None:
        """The posting that the list is narrowed to, with its balance; also while nobody of it is on the page."""
        number = next(iter(page.state.chosen.get("posting", ())), "")
        if not number:
            return None
        posting = db.session.execute(Posting.visible_to(current_actor()).where(Posting.id == int(number))).scalar_one()
        return posting, g.offers.get(posting.id) or lists.offers([posting])[posting.id]

    def offer_of(self, row: Candidate) -> lists.Offer:
        """What the row's posting offers."""
        found: lists.Offer = g.offers[row.posting_id]
        return found

    def fit(self, row: Candidate) -> lists.Fit:
        """The person's wishes at their posting."""
        return lists.fit(row, self.offer_of(row))

    def last(self, row: Candidate) -> lists.Last | None:
        """What happened last."""
        found: lists.Last | None = g.last.get(row.id)
        return found

    def waiting(self, row: Candidate) -> lists.Waiting:
        """How long the person has waited."""
        return lists.waiting(row)

    def question(self, row: Candidate) -> str:
        """The beginning of a question; hidden where it seems to say what a list should not show (APP-007)."""
        return HIDDEN if row.locked or lists.is_private(row) else str(row.content.get("message") or "")[:40]

    def row_name(self, row: Candidate) -> str:
        """The name, else the number."""
        return row.candidate_no if row.locked else row.name or row.candidate_no

    def row_tone(self, row: Candidate) -> str:
        """Bold while unread."""
        return "is-unread" if row.unread else ""

    def row_url(self, row: Candidate) -> str:
        """The person's page."""
        return url_for(".details", id=row.id)

    def show_name(self, row: Candidate) -> str:
        """Nothing of a row whose keeping time is over; so, too, the next ones."""
        return "（保存期間終了）" if row.locked else row.name

    def show_kana(self, row: Candidate) -> str:
        """The reading."""
        return "" if row.locked else row.kana

    def show_email(self, row: Candidate) -> str:
        """The address."""
        return "" if row.locked else row.email

    def show_tel(self, row: Candidate) -> str:
        """The telephone number."""
        return "" if row.locked else row.tel

    def show_licence(self, row: Candidate) -> str:
        """看護師・助産師."""
        return "" if row.locked else lists.licences(row)

    def show_wished(self, row: Candidate) -> str:
        """土・日の午後."""
        return "" if row.locked else lists.wished(row)

    def show_wishes(self, row: Candidate) -> str:
        """土・日の午後（2枠とも空き）."""
        fit = self.fit(row)
        return f"{self.show_wished(row)}（{fit.words}）" if fit.words and not row.locked else self.show_wished(row)

    def show_owner(self, row: Candidate) -> str:
        """Who cares for the person."""
        return row.owner.shown_name if row.owner is not None else ""

    def show_posting(self, row: Candidate) -> str:
        """Number and title."""
        return f"{row.posting.posting_no}　{row.posting.title}"

    def show_last(self, row: Candidate) -> str:
        """What happened last, in words."""
        last = self.last(row)
        return f"{last.text}{last.at.astimezone(TOKYO):%Y-%m-%d %H:%M}" if last is not None else ""

    def show_due(self, row: Candidate) -> str:
        """How long the person has waited."""
        return lists.waiting(row).words
