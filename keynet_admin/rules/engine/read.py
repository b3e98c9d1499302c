"""Reads a whole typed submission with the normalisers, field by field, as the catalogue describes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from keynet_admin.catalogue import ALL_SECTIONS, MAX_POSTINGS, SECTION_LABELS, SECTIONS, Field, Kind
from keynet_admin.catalogue.applicability import drop_unused
from keynet_admin.catalogue.blank import blank
from keynet_admin.catalogue.paths import is_index
from keynet_admin.rules.engine.bounds import MOST_UNKNOWN, known_part
from keynet_admin.rules.engine.required_words import missing_note
from keynet_admin.rules.engine.result import Context, Note, clip
from keynet_admin.rules.engine.rule import Level, Message
from keynet_admin.rules.normalise.registry import reader_of

# A list of rows that was typed as words is judged by the rule that asks for the rows.
_ROWS_RULE = {"shifts": "HOURS-001", "pay_lines": "WAGE-001"}


_COLUMNS = {f.name: f.columns for f in SECTIONS["postings"] if f.kind is Kind.ROWS}


@dataclass(slots=True)
class Reading:
    """A read document: as normalised (`document`), as the rules see it (`understood`, `postings`), and every remark."""

    typed: Mapping[str, Any]
    on: date
    complete: bool
    document: dict[str, Any] = field(default_factory=dict)
    understood: dict[str, Any] = field(default_factory=dict)
    postings: list[dict[str, Any]] = field(default_factory=list)
    notes: list[tuple[str, Note]] = field(default_factory=list)
    not_read: set[str] = field(default_factory=set)
    unread: frozenset[str] = frozenset()
    unused: list[dict[str, Any]] = field(default_factory=list)
    """Of each posting, what was given for fields that do not apply: in neither document, for the rules that name the contradiction."""

    def change(self, path: str, value: Any) -> None:
        """A fix of a rule at a field of a section or posting, in both documents."""
        *parts, name = path.split(".")
        for root in (self.document, self.understood):
            record: Any = root
            for part in parts:
                record = record[int(part)] if isinstance(record, list) else record[part]
            if isinstance(record, dict):
                record[name] = value

    def missing(self) -> Iterator[tuple[str, Note]]:
        """REQ-001 for every required field that is blank, in the form's order."""
        for section in ("organization", "contact"):
            yield from self._missing_in(f"{section}.", _REQUIRED[section], self.understood[section], self.understood[section])
        if not self.postings and "postings" not in self.not_read:
            yield (
                "postings",
                Note(
                    "REQ-001",
                    Level.ERROR,
                    Message("募集情報が1件もありません。", how="募集情報を1件以上入力してください。"),
                    "募集情報1",
                ),
            )
        for number, record in enumerate(self.postings):
            prefix = f"postings.{number}."
            yield from self._missing_in(prefix, _REQUIRED["postings"], record, record)
            for name, fields in _REQUIRED_IN_ROWS:
                for index, row in enumerate(record.get(name) or ()):
                    yield from self._missing_in(f"{prefix}{name}.{index}.", fields, row, record)
        confirmed = self.understood["confirmation"]
        for item in SECTIONS["confirmation"] if "confirmation" not in self.not_read else ():
            if confirmed.get(item.name) is not True and f"confirmation.{item.name}" not in self.not_read:
                yield f"confirmation.{item.name}", _confirm(item)

    def missing_of(self, section: str, fields: tuple[Field, ...]) -> Iterator[tuple[str, Note]]:
        """The same for the record of somebody who applies or asks; who applies can be reached by one of two ways."""
        record = self.understood[section]
        yield from self._missing_in(f"{section}.", _required_of(fields), record, record)
        if section == "applicant" and all(
            blank(record.get(name)) and f"{section}.{name}" not in self.not_read for name in ("email", "tel")
        ):
            message = Message(
                "メールアドレスと電話番号のどちらも入力されていません。", "応募への連絡に使います。", "どちらか一方を入力してください。"
            )
            yield f"{section}.email", Note("REQ-001", Level.ERROR, message, "hanako@mail.example")

    def _missing_in(
        self, prefix: str, fields: tuple[Field, ...], record: Mapping[str, Any], owner: Mapping[str, Any]
    ) -> Iterator[tuple[str, Note]]:
        """`owner`: the record whose values decide what must be given (the posting of a row)."""
        if prefix[:-1] in self.not_read:
            return
        for item in fields:
            path = f"{prefix}{item.name}"
            required = item.required is not None and item.required.holds(owner, self.on)
            if required and blank(record.get(item.name)) and path not in self.not_read:
                yield path, missing_note(prefix.split(".", 1)[0], item)


def _required_of(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The fields that can be missing; what the form fills in by itself cannot."""
    return tuple(f for f in fields if f.kind is not Kind.AUTO and f.default is None and f.required is not None)


_REQUIRED = {section: _required_of(fields) for section, fields in SECTIONS.items()}
_REQUIRED_IN_ROWS = tuple((name, _required_of(columns)) for name, columns in _COLUMNS.items())


def _confirm(item: Field) -> Note:
    message = Message(f"「{item.label}」にチェックがありません。", why=f"{item.help}内容に同意いただけない場合は送信できません。")
    return Note("REQ-001", Level.ERROR, message, "はい")


def read_document(typed: Any, on: date, complete: bool = True) -> Reading:
    """Normalise a typed document. `complete`: defaults of the form (既定) are filled in where nothing was sent."""
    typed, dropped = known_part(typed if isinstance(typed, Mapping) else {})
    reading = Reading(typed, on, complete)
    context = Context(on)
    for section in ("organization", "contact"):
        reading.document[section], reading.understood[section] = _section(reading, section, context)
    context.pref = reading.understood["organization"].get("pref") or ""
    context.body = reading.understood["organization"].get("lg_code") or ""
    reading.document["postings"], reading.understood["postings"] = _postings(reading, context)
    reading.document["confirmation"], reading.understood["confirmation"] = _section(reading, "confirmation", context)
    for key in typed:
        if key not in SECTIONS:
            reading.document[key] = typed[key]
            reading.notes.append((clip(key), _unknown(key)))
    if dropped:
        reading.notes.append(("", _more_unknown(dropped)))
    reading.unread = frozenset(reading.not_read)
    return reading


# Names and words of persons are kept in any character there is.
_ANY_CHARACTER = frozenset({"TXT-004", "TXT-005"})


def read_person(section: str, fields: tuple[Field, ...], typed: Mapping[str, Any], on: date) -> Reading:
    """Normalise what somebody typed who applies or asks. What does not apply is left out; names outside the form are not looked at."""
    known = {item.name: typed[item.name] for item in fields if item.name in typed}
    reading = Reading({section: known}, on, complete=True)
    normal, understood = _record(reading, fields, known, section, Context(on), {})
    for item in fields:
        if item.applies is not None and not item.applies.holds(understood, on):
            normal.pop(item.name, None)
            understood.pop(item.name, None)
            reading.notes = [(path, note) for path, note in reading.notes if path != f"{section}.{item.name}"]
    reading.notes = [(path, note) for path, note in reading.notes if note.rule not in _ANY_CHARACTER]
    reading.document[section], reading.understood[section] = normal, understood
    reading.unread = frozenset(reading.not_read)
    return reading


def _unknown(key: Any) -> Note:
    message = Message(
        f"「{clip(key)}」という項目は様式にありません。", why="この値は審査にも公開にも使われません。", how="項目名をご確認ください。"
    )
    return Note("TYPE-001", Level.WARNING, message, "title")


def _more_unknown(count: int) -> Note:
    message = Message(
        f"様式にない項目が、ほかに{count:,}項目あります。",
        why=f"様式にない項目は{MOST_UNKNOWN}個までお知らせし、残りは受け取りません。",
        how="様式の項目だけを送ってください。",
    )
    return Note("TYPE-001", Level.WARNING, message, "title")


def _section(reading: Reading, section: str, context: Context) -> tuple[Any, dict[str, Any]]:
    value = reading.typed.get(section)
    if value is not None and type(value) is not dict and not isinstance(value, Mapping):
        _refuse(reading, section, Message(f"「{SECTION_LABELS[section]}」の形が正しくありません。", how="項目名と値の組で送ってください。"))
        return value, {}
    return _record(reading, SECTIONS[section], value or {}, section, context, {})


def _postings(reading: Reading, context: Context) -> tuple[Any, list[dict[str, Any]]]:
    value = reading.typed.get("postings")
    if value is None:
        return [], []
    if not isinstance(value, (list, tuple)):
        _refuse(reading, "postings", Message("「募集情報」の形が正しくありません。", how="募集情報を並べた一覧で送ってください。"))
        return value, []
    if len(value) > MAX_POSTINGS:
        message = Message(
            f"募集情報が{len(value)}件あります。", why=f"1回の申請で送れるのは{MAX_POSTINGS}件までです。", how="申請を分けてください。"
        )
        reading.notes.append(("postings", Note("ROWS-001", Level.ERROR, message, f"{MAX_POSTINGS}件と残りの件数に分けて申請")))
    shown: list[Any] = []
    for number, item in enumerate(value[:MAX_POSTINGS]):
        path = f"postings.{number}"
        if item is not None and type(item) is not dict and not isinstance(item, Mapping):
            _refuse(reading, path, Message(f"募集{number + 1}の形が正しくありません。", how="項目名と値の組で送ってください。"))
            shown.append(item)
            reading.postings.append({})
            reading.unused.append({})
            continue
        normal, understood = _record(reading, SECTIONS["postings"], item or {}, path, context, {})
        if reading.complete:
            _defaults(normal, understood, reading.on)
        reading.unused.append(_drop_unused(reading, normal, understood, path))
        shown.append(normal)
        reading.postings.append(understood)
    shown += value[MAX_POSTINGS:]
    return shown, reading.postings


_WITH_DEFAULT = tuple(f for f in SECTIONS["postings"] if f.default is not None)


def _defaults(normal: dict[str, Any], understood: dict[str, Any], on: date) -> None:
    """What the form fills in by itself: sharing is on where the job asks for it, else off."""
    for item in _WITH_DEFAULT:
        if normal.get(item.name) is None and (item.required is None or item.required.holds(understood, on)):
            normal[item.name] = understood[item.name] = item.default


def _drop_unused(reading: Reading, normal: dict[str, Any], understood: dict[str, Any], path: str) -> dict[str, Any]:
    """Take what does not apply out of both records, and the remarks about it; what the rules would have seen is given back."""
    gone = drop_unused(normal)
    unused = gone if understood is normal else drop_unused(understood)
    if gone:
        places = {f"{path}.{name}" for name in gone}
        reading.notes = [(place, note) for place, note in reading.notes if place not in places]
    return unused


def _refuse(
    reading: Reading, path: str, message: Message, rule: str = "TYPE-001", example: str = '{"title": "集団接種会場の看護師"}'
) -> None:
    reading.notes.append((path, Note(rule, Level.ERROR, message, example)))
    reading.not_read.add(path)


def _record(
    reading: Reading, fields: tuple[Field, ...], record: Mapping[str, Any], path: str, context: Context, parent: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """One section, posting or row: the normalised record and the understood one (the same object while all was understood)."""
    normal: dict[str, Any] = {}
    lost: list[str] = []
    rows: dict[str, list[dict[str, Any]]] = {}
    context.record, context.parent = record, parent
    extra: dict[str, Any] = {}
    for item in fields:
        name = item.name
        # The prefecture follows from the code, so it is read without being typed.
        if name not in record and name != "pref":
            continue
        value = record.get(name)
        if item.kind is Kind.ROWS:
            normal[name], seen = _rows(reading, item, value, f"{path}.{name}", context, record)
            if seen is not normal[name]:
                rows[name] = seen
            context.record, context.parent = record, parent
            continue
        if blank(value) and name != "pref":
            normal[name] = None
            continue
        result = reader_of(item)(item, value, context)
        if name == "pref" and result.value is None and name not in record:
            continue
        normal[name] = result.value
        for note in result.notes:
            reading.notes.append((f"{path}.{note.name or name}", note))
        if not result.understood:
            lost.append(name)
            reading.not_read.add(f"{path}.{name}")
        extra.update(result.also)
    for name, value in extra.items():
        if not (name in normal and name in lost):
            normal[name] = value
    known = {item.name for item in fields}
    for key in record:
        if key not in known:
            normal[key] = record[key]
            reading.notes.append((f"{path}.{clip(key)}", _unknown(key)))
    if not lost and not rows:
        return normal, normal
    understood = {name: None if name in lost else value for name, value in normal.items()}
    understood.update(rows)
    return normal, understood


def _rows(
    reading: Reading, item: Field, value: Any, path: str, context: Context, record: Mapping[str, Any]
) -> tuple[Any, list[dict[str, Any]]]:
    if value is None or value == "" or value == {}:
        return [], []
    if not isinstance(value, (list, tuple)):
        rule = _ROWS_RULE.get(item.name, "TYPE-001") if isinstance(value, str) else "TYPE-001"
        words = "・".join(column.label for column in item.columns)
        _refuse(
            reading,
            path,
            Message(f"「{item.label}」は行ごとに入力してください（{words}）。", why=f"「{clip(value)}」からは読み取れません。"),
            rule,
            words,
        )
        return value, []
    rows = list(value)
    while rows and (blank(rows[-1]) or (isinstance(rows[-1], Mapping) and all(blank(cell) or cell is False for cell in rows[-1].values()))):
        rows.pop()
    if len(rows) > item.max_rows:
        message = Message(f"「{item.label}」が{len(rows)}行あります。", how=f"{item.max_rows}行までにまとめるか、募集を分けてください。")
        reading.notes.append((path, Note("ROWS-001", Level.ERROR, message, f"{item.max_rows}行まで")))
    shown: list[Any] = []
    seen: list[dict[str, Any]] = []
    same = True
    for number, row in enumerate(rows[: item.max_rows]):
        if row is not None and type(row) is not dict and not isinstance(row, Mapping):
            rule = _ROWS_RULE.get(item.name, "TYPE-001") if isinstance(row, str) else "TYPE-001"
            _refuse(
                reading,
                f"{path}.{number}",
                Message(f"「{item.label}」の{number + 1}行目を読み取れません。", how="欄ごとに分けて入力してください。"),
                rule,
            )
            shown.append(row)
            seen.append({})
            same = False
            continue
        normal, understood = _record(reading, _COLUMNS[item.name], row or {}, f"{path}.{number}", context, record)
        shown.append(normal)
        seen.append(understood)
        same = same and normal is understood
    shown += rows[item.max_rows :]
    if same and len(rows) <= item.max_rows:
        return shown, shown
    return shown, seen


def position(path: str) -> tuple[int, ...]:
    """Where a path stands in the form, for sorting findings."""
    parts = path.split(".")
    sections = list(ALL_SECTIONS)
    if parts[0] not in ALL_SECTIONS:
        return (len(sections),)
    place = [sections.index(parts[0])]
    fields = ALL_SECTIONS[parts[0]]
    for part in parts[1:]:
        if is_index(part):
            place.append(int(part))
            continue
        index = next((i for i, f in enumerate(fields) if f.name == part), len(fields))
        place.append(index)
        fields = fields[index].columns if index < len(fields) else ()
    return tuple(place)
