"""What a page says of itself: title, description, its one address, and whether search engines may keep it (docs/decisions/0065)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from keynet_admin.catalogue import display, posting_field
from keynet_admin.public.query import Search

DESCRIPTION = "ワクチン接種に携わる医療従事者・事務職員の募集を、全国の自治体が直接お知らせするサービスです。"


@dataclass(frozen=True)
class Head:
    """`path` is the page's one address, from its first slash on; `indexed` false asks search engines to leave the page out of their index.

    `count`: how many postings a landing page finds, in words.
    """

    title: str
    path: str
    description: str = DESCRIPTION
    indexed: bool = True
    count: str = ""

    @property
    def whole(self) -> str:
        """The title with the count that a landing page has beside it."""
        return f"{self.title} {self.count}".rstrip()


HOME = Head("募集を探す", "/")


def plain(search: Search) -> Search:
    """The search with nothing but one prefecture and one job type, of those that it names alone: the landing page that it narrows."""
    return Search(
        prefecture=search.prefecture if len(search.prefecture) == 1 else (),
        job_type=search.job_type if len(search.job_type) == 1 else (),
    )


def is_plain(search: Search) -> bool:
    """True for all postings, those of a prefecture, of a job, or of both: no word, order, further condition or page, nothing misunderstood."""
    typed = search.typed
    return typed == plain(typed) and not search.problems


def of_search(search: Search, *, found: bool, description: str = DESCRIPTION) -> Head:
    """The head of a list. Every search names the plain one that it narrows as its address; only that one, when it finds something, is kept."""
    words = search.words_for_people()
    title = f"{words[:60]}の募集" if words else "募集の一覧"
    return Head(title, "/postings/" + plain(search).query(), description, found and is_plain(search))


def of_posting(posting_no: str, title: str, view: Mapping[str, Any]) -> Head:
    """The head of one posting, made of what its page prints (`web.posting_page.view`)."""
    parts = [view["pay"], "、".join(view["shifts"]), view["period"]]
    described = f"{view['place']}・{view['job']}の募集。{'、'.join(part for part in parts if part)}。"
    return Head(f"{title}（{view['place']}）", f"/postings/{posting_no}", described)


def above(prefecture: str, job_type: str) -> list[tuple[str, str]]:
    """The pages above a posting, as words and addresses: all postings, its prefecture's, those of its job there."""
    there = Search(prefecture=(prefecture,))
    return [
        ("募集を探す", "/postings/"),
        (display.prefecture(prefecture), "/postings/" + there.query()),
        (posting_field("job_type").label_of(job_type), "/postings/" + replace(there, job_type=(job_type,)).query()),
    ]
