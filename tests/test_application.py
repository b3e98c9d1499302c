"""What one application leaves behind when it is gone: nothing."""

import gc
import weakref
from pathlib import Path

from tests.support.web import application


def test_an_application_that_is_gone_is_kept_by_nothing(tmp_path: Path) -> None:
    """An object of the module that remembers the views of each application would keep all applications of a test process."""
    with application(f"sqlite:///{tmp_path}/a.db", tmp_path, {}) as app:
        gone = weakref.ref(app)
    del app
    gc.collect()
    assert gone() is None
