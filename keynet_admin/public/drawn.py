"""Parts of the visitors' pages that are drawn once and kept in memory: a card until its row changes, a search form until its counts do."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from flask import current_app
from markupsafe import Markup
from sqlalchemy import Connection

from keynet_admin import clock
from keynet_admin.catalogue import DAYS, display, posting_field, reference
from keynet_admin.public import queries
from keynet_admin.public.queries import Page
from keynet_admin.public.query import DAY_LABELS, FLAGS, PART_LABELS, Search
from keynet_admin.services.listing import card, pay

# Characters of all parts together: about 5,000 cards. When there are more, all are forgotten.
MOST = 6_000_000
# The jobs that most people look for; the others are folded.
FIRST_JOBS = ("nurse", "assistant_nurse", "physician", "clerical")
# The hours of each part of the day (`services.listing.card.PARTS`), as the form names them.
PART_HOURS = {"morning": "12時まで", "afternoon": "12–17時", "evening": "17–20時", "night": "20時から"}


@dataclass
class Memory:
    """The kept parts of one application."""

    parts: dict[Hashable, Markup] = field(default_factory=dict)
    size: int = 0

    def keep(self, key: Hashable, part: Markup) -> None:
        """Keep a part by what it was drawn from."""
        if self.size > MOST:
            self.parts.clear()
            self.size = 0
        self.parts[key] = part
        self.size += len(part)


def cards(connection: Connection, numbers: Mapping[int, int], away: Mapping[int, int] | None = None) -> list[Markup]:
    """The cards of these postings (ids with the numbers of their last changes), `away` so many kilometres. A card says how near its deadline is, so it is one of its day."""
    memory, today = _memory(), clock.today()
    km = away or {}
    known = {number: memory.parts.get((number, sequence, today, km.get(number))) for number, sequence in numbers.items()}
    missing = [number for number, made in known.items() if made is None]
    for row in queries.rows(connection, missing, ("sequence", "posting_no", "changed_at", "content")):
        posting = row.content["posting"]
        values = {"posting_no": row.posting_no, "posting": posting, "content": row.content, "facts": card, "sums": pay.sum_words(posting)}
        days = {"as_of": display.short_date(row.changed_at), "due": card.due(posting, today), "km": km.get(row.posting_id)}
        known[row.posting_id] = made = _draw("public/card.html", values | days)
        memory.keep((row.posting_id, row.sequence, today, km.get(row.posting_id)), made)
    return [made for made in known.values() if made]


def form(search: Search, page: Page) -> Markup:
    """The search form with the conditions of a search: what each choice would find, and how many there are now."""
    memory, key = _memory(), (replace(search, after=None), page.state.mark)
    made = memory.parts.get(key)
    if made is None:
        made = _draw(
            "public/form.html", _form_values(search, page.choices.counts) | {"total": shown_count(page.count, at_least=page.at_least)}
        )
        memory.keep(key, made)
    return made


def shown_count(count: int, *, at_least: bool = False) -> str:
    """83件; 1,000件以上 for everything above, too (the list never counts further), and 以上 for what was not counted to its end."""
    return f"{min(count, queries.MOST):,}件" + ("以上" if at_least or count > queries.MOST else "")


def places(counts: Mapping[str, int | None]) -> list[tuple[str, list[tuple[str, str, int]]]]:
    """Every region with its prefectures: code, name and number of open postings, each a page of its own."""
    regions: dict[str, list[tuple[str, str, int]]] = {}
    for place in reference.prefectures():
        regions.setdefault(place.region, []).append((place.code, place.name, counts[place.code] or 0))
    return list(regions.items())


def jobs(counts: Mapping[str, int | None]) -> list[tuple[str, str, int]]:
    """Every job type with its number of open postings, each a page of its own."""
    return [(choice.slug, choice.label, counts[choice.slug] or 0) for choice in posting_field("job_type").choices]


def _form_values(search: Search, numbers: Mapping[str, Mapping[str, int | None]]) -> dict[str, Any]:
    places = {p.code: numbers["prefecture"][p.code] for p in reference.prefectures()}
    most = max((count or 0 for count in places.values()), default=0)
    regions: dict[str, list[tuple[str, str, int | None, int | str]]] = {}
    for place in reference.prefectures():
        short = place.name if place.code == "01" else place.name[:-1]
        count = places[place.code]
        regions.setdefault(place.region, []).append((place.code, short, count, "" if count is None else _shade(count, most)))
    jobs = {choice.slug: choice.label for choice in posting_field("job_type").choices}
    order = [*FIRST_JOBS, *(slug for slug in jobs if slug not in FIRST_JOBS)]
    return {
        "search": search,
        "capped": capped,
        "regions": [
            (region, None if None in (counted := [p[2] for p in rows]) else sum(n or 0 for n in counted), rows)
            for region, rows in regions.items()
        ],
        "jobs": [(slug, jobs[slug], numbers["job_type"][slug]) for slug in order],
        "more_chosen": bool(set(search.job_type) - set(FIRST_JOBS)),
        "days": [(c.slug, c.label, DAY_LABELS[c.slug], numbers["weekday"][c.slug]) for c in DAYS],
        "parts": [(slug, label, PART_HOURS[slug], numbers["part"][slug]) for slug, label in PART_LABELS.items()],
        "flags": [(name, label, numbers[name]["1"]) for name, label in FLAGS.items()],
        "engagements": posting_field("engagement").choices,
        "folded_chosen": bool(
            search.begin or search.end or search.near or search.pay_min or search.engagement or any(getattr(search, name) for name in FLAGS)
        ),
    }


def capped(count: int) -> str:
    """A count beside a choice, short: 1,000+ for everything above 1,000."""
    return f"{queries.MOST:,}+" if count > queries.MOST else f"{count:,}"


def _shade(count: int, most: int) -> int:
    """0 for none, else 1 to 4 by the square root of the share, so that few postings are told apart, too."""
    return 0 if not count else min(4, 1 + int(3.999 * (count / most) ** 0.5 * 0.999)) if most else 0


def _memory() -> Memory:
    memory: Memory = current_app.extensions.setdefault("keynet_drawn", Memory())
    return memory


def _draw(template: str, values: dict[str, Any]) -> Markup:
    return Markup(current_app.jinja_env.get_template(template).render(values).strip())  # noqa: S704 - an escaping template
