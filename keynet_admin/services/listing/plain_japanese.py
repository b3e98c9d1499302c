"""One posting in plain Japanese with readings: short sentences made of structured fields only, never of what somebody wrote.

Pure functions over public content (see `card.py`).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final, NamedTuple

from keynet_admin.catalogue import DAYS, apply_ways, display, reference
from keynet_admin.catalogue.folding import TO_HIRAGANA
from keynet_admin.catalogue.languages import plain_japanese as words
from keynet_admin.rules.engine import posting_values
from keynet_admin.services.listing import card

Values = Mapping[str, Any]
_WORD: Final = re.compile(r"\{([^|{}]+)\|([^|{}]+)\}")
_UNSAFE: Final = str.maketrans("", "", "{}|")
_HEADINGS: Final = {
    "who": "だれを {探|さが}して いるか",
    "work": "どんな {仕事|しごと}か",
    "when": "いつ {働|はたら}くか",
    "pay": "お{金|かね}",
    "where": "どこで {働|はたら}くか",
    "apply": "{応募|おうぼ}（{申|もう}し{込|こ}み）",
}


class Piece(NamedTuple):
    """A piece of a sentence, and its reading where it has ideographs."""

    text: str
    reading: str = ""


class SummaryPart(NamedTuple):
    """A heading and the sentences below it, each in pieces."""

    heading: list[Piece]
    sentences: list[list[Piece]]


def summary(content: Values) -> list[SummaryPart]:
    """The posting, part by part. The same content gives the same words."""
    posting = content["posting"]
    made = {
        "who": _who(content),
        "work": _work(posting),
        "when": _when(posting),
        "pay": _pay(posting),
        "where": _where(content),
        "apply": _apply(posting),
    }
    return [SummaryPart(pieces(_HEADINGS[name]), [pieces(line) for line in lines]) for name, lines in made.items() if lines]


def pieces(marked: str) -> list[Piece]:
    """A text with `{看護師|かんごし}` in it, taken apart."""
    found, at = [], 0
    for match in _WORD.finditer(marked):
        if match.start() > at:
            found.append(Piece(marked[at : match.start()]))
        found.append(Piece(match[1], match[2]))
        at = match.end()
    return [*found, Piece(marked[at:])] if at < len(marked) else found


def _who(content: Values) -> list[str]:
    posting = content["posting"]
    job = words.JOBS.get(str(posting.get("job_type")))
    if not job:
        return []
    need = posting_values.whole(posting.get("headcount"))
    count = f" {words.people(need)}" if need else ""
    lines = [f"{_body(content)}が {job}を{count} {{探|さが}}して います。"]
    if content.get("masked"):
        lines.append("{役所|やくしょ}の {名前|なまえ}は、{応募|おうぼ}した {人|ひと}に {教|おし}えます。")
    licences = [text for slug in _listed(posting, "licenses") if (text := words.LICENSES.get(slug))]
    if licences:
        lines.append(f"{{必要|ひつよう}}な もの：{'、'.join(licences)}")
    elif "none" in _listed(posting, "licenses"):
        lines.append("{免許|めんきょ}は いりません。")
    if posting.get("also_junior") is True:
        lines.append(f"{words.JOBS['assistant_nurse']}も {{応募|おうぼ}} できます。")
    lines += _chosen(posting, "experience")
    if posting.get("blank_ok") is True:
        lines.append("しばらく {仕事|しごと}を {休|やす}んで いた {人|ひと}も {応募|おうぼ} できます。")
    return lines


def _work(posting: Values) -> list[str]:
    duties = [text for slug in _listed(posting, "duties") if (text := words.DUTIES.get(slug))]
    lines = [f"{{仕事|しごと}}は、{'、'.join(duties)}です。"] if duties else []
    return [*lines, *_chosen(posting, "training"), *_chosen(posting, "engagement")]


def _when(posting: Values) -> list[str]:
    lines = []
    for row in card.rows_of(posting, "shifts"):
        start, end = posting_values.clock_minutes(row.get("start")), posting_values.clock_minutes(row.get("end"))
        days = _days(row.get("days"))
        if start is None or end is None or not days:
            continue
        next_day = "{次|つぎ}の {日|ひ}の " if row.get("end_next_day") is True else ""
        rest = posting_values.whole(row.get("break"))
        pause = "{休|やす}み{時間|じかん}は " + (f"{_duration(rest)}です。" if rest else "ありません。") if rest is not None else ""
        lines.append(f"{days}の {words.clock_time(start)}から {next_day}{words.clock_time(end)}まで です。{pause}")
    first, last = display.as_date(posting.get("term_start")), display.as_date(posting.get("term_end"))
    if first and last:
        lines.append(f"{_date(first)}から {_date(last)}までの {{仕事|しごと}}です。")
    if posting.get("single_day") is True:
        lines.append("1{日|にち}だけ {働|はたら}いても いいです。")
    return lines


def _pay(posting: Values) -> list[str]:
    unit, found = str(posting.get("pay_type")), card.amounts(posting)
    lines = []
    if found is not None and unit in words.PAY_UNITS:
        low, high, hours = found
        most = f"から {_yen(high)}" if high > low else ""
        lines.append(f"{words.PAY_UNITS[unit]} {_yen(low)}{most} もらえます。")
        if hours and unit in words.UNIT_HOURS:
            lines.append(f"{words.UNIT_HOURS[unit]} {_duration(round(hours * 60))}です。")
    return [*lines, *_chosen(posting, "commute")]


def _where(content: Values) -> list[str]:
    posting, where = content["posting"], content.get("place") or {}
    lines = []
    if place := _place(where.get("prefecture"), where.get("city")):
        lines.append(f"{{場所|ばしょ}}は {place}です。")
    lines += _chosen(posting, "venue_type")
    if content.get("masked"):
        lines.append("{会場|かいじょう}の {名前|なまえ}は、{応募|おうぼ}した {人|ひと}に {教|おし}えます。")
    return [*lines, *_chosen(posting, "parking")]


def _apply(posting: Values) -> list[str]:
    last = display.as_date(posting.get("deadline"))
    if posting.get("deadline_type") == "date" and last:
        lines = [f"{_date(last)}までに {{応募|おうぼ}}して ください。"]
    else:
        lines = ["{人|ひと}が {決|き}まったら {終|お}わります。{早|はや}く {応募|おうぼ}して ください。"]
    lines += [words.APPLY_WAYS[slug] for slug in apply_ways.working(posting) if slug in words.APPLY_WAYS]
    lines.append("{応募|おうぼ}に お{金|かね}は かかりません。")
    return lines + _chosen(posting, "selection")


def _body(content: Values) -> str:
    """Who seeks: {奈良県|ならけん} {橿原市|かしはらし}; the name as it is where no table knows its reading."""
    organization = content["organization"]
    area, name = reference.prefecture(str(organization.get("pref"))), str(organization.get("org_name") or "")
    if not name:
        return f"{_ruby(area.name, area.kana)}の {{役所|やくしょ}}" if area else "{役所|やくしょ}"
    known = next((body for body in reference.municipalities_named(name) if area and body.prefecture_code == area.code), None)
    if known is None or area is None:
        return name.translate(_UNSAFE)
    return _place(known.prefecture_code, known.code6)


def _place(prefecture_code: Any, code6: Any) -> str:
    area, city = reference.prefecture(str(prefecture_code)), reference.municipality(str(code6))
    known = [place for place in (area, city) if place is not None]
    return " ".join(dict.fromkeys(_ruby(place.name, place.kana) for place in known))


def _ruby(name: str, kana: str) -> str:
    return f"{{{name}|{kana.translate(TO_HIRAGANA)}}}"


def _listed(posting: Values, name: str) -> Sequence[str]:
    value = posting.get(name)
    return [item for item in value if isinstance(item, str)] if isinstance(value, (list, tuple)) else ()


def _chosen(posting: Values, name: str) -> list[str]:
    """The sentences of the choices of a field, without those that have nothing to say."""
    value = posting.get(name)
    slugs: Iterable[Any] = value if isinstance(value, (list, tuple)) else (value,)
    return [text for slug in slugs if (text := words.CHOICES[name].get(str(slug)))]


def _days(value: Any) -> str:
    """{月曜日|げつようび}と {木曜日|もくようび}; three and more in a row with から and まで."""
    order = [day.slug for day in DAYS]
    known = [slug for slug in order if slug in value] if isinstance(value, (list, tuple)) else []
    week = [slug for slug in known if slug != "hol"]
    if len(week) > 2 and order.index(week[-1]) - order.index(week[0]) == len(week) - 1:
        run = f"{words.DAYS[week[0]]}から {words.DAYS[week[-1]]}まで"
        return f"{run}と {words.DAYS['hol']}" if "hol" in known else run
    return "と ".join(words.DAYS[slug] for slug in known)


def _date(day: date) -> str:
    weekday = words.DAYS[DAYS[day.weekday()].slug]
    return f"{day.year}{{年|ねん}} {words.month(day.month)} {words.day_of_month(day.day)}（{weekday}）"


def _duration(total: int) -> str:
    hours, rest = divmod(total, 60)
    return (f"{hours}{{時間|じかん}}" if hours else "") + (words.minutes(rest) if rest or not hours else "")


def _yen(amount: float) -> str:
    return f"{amount:,.0f}{{円|えん}}"
