"""States and moves: the table of what may be done (`moves`), the only code that does it (`move`), and how it is told (`history`)."""

from keynet_admin.services.workflow.move import (
    allowed,
    last_event,
    last_events,
    lock,
    move,
    move_where,
    not_too_long,
    offers,
    repeated,
    require,
    stale,
    touch,
    version_of,
)
from keynet_admin.services.workflow.moves import MOVES, move_of, moves_of
from keynet_admin.services.workflow.outcome import Outcome, told
from keynet_admin.services.workflow.row import Move
