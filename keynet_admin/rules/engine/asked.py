"""Which fields can be reported as missing, and a quick answer to whether any is."""

from collections.abc import Mapping
from typing import Any

from keynet_admin.catalogue import ALWAYS, Field, Kind, When

Step = tuple[str, Field, When]


class Asked:
    """The required fields of a section or of a row: `steps` in the form's order."""

    def __init__(self, fields: tuple[Field, ...]) -> None:
        # What the form fills in by itself is not asked for.
        named = [f for f in fields if f.kind is not Kind.AUTO and f.default is None]
        self.steps: tuple[Step, ...] = tuple((f.name, f, f.required) for f in named if f.required is not None)
        self._always = tuple(name for name, _, when in self.steps if when.field is None)
        deciding: dict[str, dict[str, list[str]]] = {}
        for name, _, when in self.steps:
            for value in when.values if when is not ALWAYS and when.field is not None else ():
                deciding.setdefault(str(when.field), {}).setdefault(value, []).append(name)
        self._by = tuple((field, {value: tuple(names) for value, names in table.items()}) for field, table in deciding.items())

    def all_given(self, record: Mapping[str, Any], owner: Mapping[str, Any]) -> bool:
        """True when certainly nothing is missing, on any day. `owner`: the record that decides what a row must hold."""
        get = record.get
        if not all(map(get, self._always)):
            return False
        for field, table in self._by:
            value = owner.get(field)
            if value is None:
                continue
            for item in value if type(value) is list else (value,):
                names = table.get(item)
                if names is not None and not all(map(get, names)):
                    return False
        return True
