"""A QR code as the path of an SVG picture."""

from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

import segno

QUIET = 4  # modules of white around it, as ISO/IEC 18004 asks for


class QrPath(NamedTuple):
    """The path in modules, and the length of a side with the white around it."""

    path: str
    side: int


@lru_cache(maxsize=256)
def path(text: str) -> QrPath:
    """One run of dark modules after the other. Level M: a fold or a pin in the paper does no harm."""
    code = segno.make_qr(text, error="m")
    runs = []
    for y, row in enumerate(code.matrix):
        x = 0
        for dark, group in groupby(row):
            length = len(list(group))
            if dark:
                runs.append(f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z")
            x += length
    return QrPath("".join(runs), len(code.matrix) + 2 * QUIET)
