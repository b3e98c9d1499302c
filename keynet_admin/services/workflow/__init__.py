"""States and moves: the only code that sets a status."""

from keynet_admin.services.workflow.moves import (
    ACCOUNT,
    NO_REASON,
    POSTING,
    SUBMISSION,
    TRANSITIONS,
    Transition,
    allowed,
    lock,
    move,
    repeated,
    require,
    stale,
    touch,
    version_of,
)

__all__ = [
    "ACCOUNT",
    "NO_REASON",
    "POSTING",
    "SUBMISSION",
    "TRANSITIONS",
    "Transition",
    "allowed",
    "lock",
    "move",
    "repeated",
    "require",
    "stale",
    "touch",
    "version_of",
]
