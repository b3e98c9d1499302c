"""The SQL of the public table, one text per combination of conditions, built once and bound at each request.

No COUNT over everything, no OFFSET: pages are found from the last row of the page before. SQLite is told which index to walk, since
without statistics it takes the wrong one; PostgreSQL chooses by its own.
"""

from dataclasses import dataclass
from functools import lru_cache

PAGE = 20
MOST = 1000

# Column to sort by, direction, and the index that has this order.
ORDERS = {
    "new": ("listed_at", "DESC", "ix_listing_new"),
    "ending": ("listed_until", "ASC", "ix_listing_ending"),
    "pay": ("pay_hour", "DESC", "ix_listing_pay"),
}


@dataclass(frozen=True)
class Shape:
    """Which conditions a statement has and how it finds its rows; not their values.

    `by`: `order` walks the order's index, `prefecture` and `job` walk one index entry per chosen value (newest first only),
    `narrow` lets the database use what it likes and sort, `hits` starts from the search index.
    """

    sqlite: bool
    columns: str
    sort: str = "new"
    by: str = "order"
    prefectures: int = 0
    jobs: int = 0
    engagements: int = 0
    municipalities: int = 0
    weekday: bool = False
    pay_min: bool = False
    flags: tuple[str, ...] = ()
    words: int = 0
    after: bool = False


@lru_cache(maxsize=4096)
def page(shape: Shape) -> str:
    """One page and one row more.

    Parameters: now, limit, those of the conditions (p0…, j0…, e0…, m0…, w0…, days, pay, match) and of the cursor (key, id).
    """
    column, direction, _ = ORDERS[shape.sort]
    order = sql("ORDER BY", column, direction, ", posting_id", direction, "LIMIT", _p(shape, "limit"))
    name, letter, number = ("prefecture_code", "p", shape.prefectures) if shape.by == "prefecture" else ("job_type", "j", shape.jobs)
    if shape.by not in ("prefecture", "job") or number == 1 or not shape.sqlite:
        return sql("SELECT", shape.columns, "FROM", _source(shape), "WHERE", _where(shape), order)
    where = _where(shape, without=name)
    parts = (
        sql(
            "SELECT * FROM ( SELECT",
            shape.columns,
            "FROM",
            _source(shape),
            "WHERE",
            name,
            "=",
            _p(shape, f"{letter}{at}"),
            "AND",
            where,
            order,
            ")",
        )
        for at in range(number)
    )
    return sql("SELECT * FROM (", " UNION ALL ".join(parts), ")", order)


@lru_cache(maxsize=4096)
def count(shape: Shape) -> str:
    """How many rows, up to one more than 1,000."""
    return sql("SELECT count(*) FROM ( SELECT 1 FROM", _source(shape), "WHERE", _where(shape), "LIMIT", str(MOST + 1), ") AS found")


@lru_cache(maxsize=2)
def hits(sqlite: bool) -> str:
    """How many candidates the search index has, up to one more than 1,000. Parameter: match."""
    where = "listing_search MATCH :match" if sqlite else "tokens @> %(match)s"
    return sql("SELECT count(*) FROM ( SELECT 1 FROM listing_search WHERE", where, "LIMIT", str(MOST + 1), ") AS found")


@lru_cache(maxsize=2)
def totals(sqlite: bool) -> str:
    """Open postings by prefecture and job type with the first end among them. Parameter: now."""
    return sql(
        "SELECT prefecture_code, job_type, count(*), min(listed_until) FROM listing WHERE state = 'listed' AND listed_until >",
        ":now" if sqlite else "%(now)s",
        "GROUP BY prefecture_code, job_type",
    )


@lru_cache(maxsize=16)
def one(sqlite: bool, columns: str) -> str:
    """One row by its number, whatever its state. Parameter: no."""
    return sql("SELECT", columns, "FROM listing WHERE posting_no =", ":no" if sqlite else "%(no)s")


@lru_cache(maxsize=16)
def between(sqlite: bool, columns: str) -> str:
    """Open postings of a range of ids, in its order. Parameters: now, low (included), high (not included)."""
    now, low, high = (":now", ":low", ":high") if sqlite else ("%(now)s", "%(low)s", "%(high)s")
    where = ("posting_id >=", low, "AND posting_id <", high, "AND state = 'listed' AND listed_until >", now)
    return sql("SELECT", columns, "FROM listing WHERE", *where, "ORDER BY posting_id")


def sql(*parts: str) -> str:
    """Pieces of a statement put together. Only names and marks written in this file and by its callers' constants; values are bound."""
    return " ".join(parts)


def _p(shape: Shape, name: str) -> str:
    return f":{name}" if shape.sqlite else f"%({name})s"


def _source(shape: Shape) -> str:
    if not shape.sqlite:
        return "listing"
    if shape.by == "hits":
        return "listing_search CROSS JOIN listing ON posting_id = listing_search.rowid"
    if shape.by == "narrow":
        return "listing"
    index = {"prefecture": "ix_listing_prefecture", "job": "ix_listing_job", "order": ORDERS[shape.sort][2]}[shape.by]
    return f"listing INDEXED BY {index}"


def _where(shape: Shape, without: str = "") -> str:
    def p(name: str) -> str:
        return _p(shape, name)

    # The plus sign keeps SQLite from using an index for this one.
    plus = "+" if shape.sqlite and shape.sort != "ending" else ""
    parts = ["state = 'listed'", f"{plus}listed_until > {p('now')}"]
    lists = (
        ("prefecture_code", "p", shape.prefectures),
        ("job_type", "j", shape.jobs),
        ("engagement", "e", shape.engagements),
        ("municipality_code", "m", shape.municipalities),
    )
    for name, letter, number in lists:
        if number and name != without:
            values = ", ".join(p(f"{letter}{at}") for at in range(number))
            parts.append(f"{name} = {values}" if number == 1 else f"{name} IN ({values})")
    if shape.weekday:
        parts.append(f"(days & {p('days')}) <> 0")
    if shape.pay_min:
        parts.append(f"pay_hour >= {p('pay')}")
    parts += [name if not shape.sqlite else f"{name} = 1" for name in shape.flags]
    if shape.by == "hits":
        parts.append(
            f"listing_search MATCH {p('match')}"
            if shape.sqlite
            else sql(
                "posting_id = ANY (ARRAY( SELECT posting_id FROM listing_search WHERE tokens @>", p("match"), "LIMIT", str(MOST + 1), "))"
            )
        )
    look = "instr(search_text, {})" if shape.sqlite else "strpos(search_text, {})"
    parts += [look.format(p(f"w{at}")) + " > 0" for at in range(shape.words)]
    if shape.after:
        column, direction, _ = ORDERS[shape.sort]
        parts.append(f"({column}, posting_id) {'<' if direction == 'DESC' else '>'} ({p('key')}, {p('id')})")
    return " AND ".join(parts)
