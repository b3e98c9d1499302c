"""The full check of a one-posting submission beside a pydantic model of the same fields that validates the same document: reported, without a limit."""

import time
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, create_model

from bench.table import Row
from keynet_admin.catalogue import SECTIONS, Kind
from keynet_admin.catalogue import Field as CatalogueField
from keynet_admin.rules import evaluate
from tests.rules.base_submission import ON, base_submission

# Many short rounds: the best of them is one in which nothing else used the processor, for either side.
ROUNDS = 60
SECONDS = 0.04
_WHOLE = (Kind.INT, Kind.YEN)


def model() -> type[BaseModel]:
    """A pydantic v2 model with every field of the catalogue: types, lengths, required fields."""
    sections: dict[str, Any] = {}
    for name, fields in SECTIONS.items():
        made = create_model(f"Section_{name}", __config__=ConfigDict(extra="forbid"), **{field.name: _field(field) for field in fields})
        sections[name] = (list[made], Field(min_length=1, max_length=20)) if name == "postings" else (made, ...)  # type: ignore[valid-type]
    return create_model("Submission", **sections)


def _field(field: CatalogueField) -> Any:
    kind: Any = str
    more: dict[str, Any] = {"max_length": field.max_length} if field.max_length else {}
    if field.kind in _WHOLE:
        kind, more = int, {"ge": field.minimum, "le": field.maximum}
    elif field.kind is Kind.HOURS:
        kind, more = float, {}
    elif field.kind is Kind.BOOL:
        kind, more = bool, {}
    elif field.kind in (Kind.MULTI, Kind.DAYS):
        kind, more = list[str], {}
    elif field.kind is Kind.ROWS:
        columns: dict[str, Any] = {column.name: _field(column) for column in field.columns}
        kind, more = list[create_model(f"Row_{field.name}", **columns)], {"max_length": field.max_rows or None}  # type: ignore[misc]
    return (kind | None, Field(default=None, **more))


def measure() -> list[Row]:
    """Best of some rounds for each, in turns."""
    document = base_submission(ON)
    validate = model().model_validate
    validate(document)
    if evaluate(document, on=ON).findings:
        raise RuntimeError("the sample form has findings")
    ours, yardstick = float("inf"), float("inf")
    for _ in range(ROUNDS):
        ours = min(ours, _seconds(lambda: evaluate(document, on=ON)))
        yardstick = min(yardstick, _seconds(lambda: validate(document)))
    return [Row("full check of a one-posting form", ours * 1e6, "µs", "pydantic model", yardstick * 1e6, ours / yardstick)]


def _seconds(action: Callable[[], object]) -> float:
    count, begin = 0, time.perf_counter()
    while time.perf_counter() - begin < SECONDS:
        action()
        count += 1
    return (time.perf_counter() - begin) / count
