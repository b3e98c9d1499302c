"""What counts as not filled in."""

from collections.abc import Mapping
from typing import Any


def blank(value: Any) -> bool:
    """True for nothing: None, an empty text or only white space, an empty list or object. An unticked box is an answer."""
    return value is None or (isinstance(value, str) and not value.strip()) or (isinstance(value, (list, tuple, Mapping)) and not value)


def says_nothing(value: Any) -> bool:
    """True for what a reader need not see: blank, an unticked box, rows and lists of nothing else."""
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, Mapping):
        return all(says_nothing(item) for item in value.values())
    if isinstance(value, (list, tuple)):
        return all(says_nothing(item) for item in value)
    return value is False or blank(value)
