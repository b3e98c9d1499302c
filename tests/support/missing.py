"""What a machine lacks: a skip with one line outside CI, a failure with `CI=true`."""

import os
from typing import NoReturn

import pytest


def missing(what: str, why: str) -> NoReturn:
    """End the test that needs `what`. With `CI=true` nothing may be skipped for a missing part."""
    line = f"{what} is missing on this machine: {why}"
    if os.environ.get("CI") == "true":
        pytest.fail(line, pytrace=False)
    pytest.skip(line)
