"""Parts of the visitors' pages that are drawn once and kept in memory: a card until its row changes, a search form until its counts do."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import current_app
from markupsafe import Markup
from sqlalchemy import Connection, Row

from keynet_admin import clock
from keynet_admin.catalogue import DAYS, display, posting_field, reference
from keynet_admin.public import queries
from keynet_admin.public.queries import Totals
from keynet_admin.public.query import DAY_LABELS, FLAGS, PART_LABELS, Search
from keynet_admin.services.listing import card

# Characters of all parts together: about 5,000 cards. When there are more, all are forgotten.
MOST = 6_000_000


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


def cards(connection: Connection, rows: Sequence[Row[Any]]) -> list[Markup]:
    """The cards of these rows (`posting_id`, `sequence`)."""
    memory = _memory()
    known = {row.posting_id: memory.parts.get((row.posting_id, row.sequence)) for row in rows}
    missing = {row.posting_id: row.sequence for row in rows if known[row.posting_id] is None}
    if missing:
        for row in connection.execute(queries.CARDS, {"ids": list(missing), "now": clock.now()}):
            values = {"posting_no": row.posting_no, "posting": row.content["posting"], "content": row.content, "facts": card}
            known[row.posting_id] = made = _draw("public/card.html", values | {"as_of": display.short_date(row.changed_at)})
            if sequence := missing[row.posting_id]:
                memory.keep((row.posting_id, sequence), made)
    return [made for made in known.values() if made]


def form(search: Search, counts: Totals) -> Markup:
    """The search form with the conditions of a search: prefectures by region with counts and shades, job types with counts."""
    memory, key = _memory(), (replace(search, sort="new", after=None), counts.version, counts.read_at)
    made = memory.parts.get(key)
    if made is None:
        made = _draw("public/form.html", _form_values(search, counts))
        memory.keep(key, made)
    return made


def _form_values(search: Search, counts: Totals) -> dict[str, Any]:
    most = max(counts.prefectures.values(), default=0)
    regions: dict[str, list[tuple[str, str, str, int]]] = {}
    for place in reference.prefectures():
        count = counts.prefectures.get(place.code, 0)
        short = place.name if place.code == "01" else place.name[:-1]
        regions.setdefault(place.region, []).append((place.code, short, f"{count:,}", _shade(count, most)))
    return {
        "search": search,
        "regions": regions,
        "jobs": [(c.slug, c.label, f"{counts.jobs.get(c.slug, 0):,}") for c in posting_field("job_type").choices],
        "days": [(c.slug, c.label, DAY_LABELS[c.slug]) for c in DAYS],
        "parts": PART_LABELS,
        "flags": FLAGS,
        "engagements": posting_field("engagement").choices,
    }


def _shade(count: int, most: int) -> int:
    """0 for none, else 1 to 4 by the square root of the share, so that few postings are told apart, too."""
    return 0 if not count else min(4, 1 + int(3.999 * (count / most) ** 0.5 * 0.999)) if most else 0


def _memory() -> Memory:
    memory: Memory = current_app.extensions.setdefault("keynet_drawn", Memory())
    return memory


def _draw(template: str, values: dict[str, Any]) -> Markup:
    return Markup(current_app.jinja_env.get_template(template).render(values).strip())  # noqa: S704 - an escaping template
