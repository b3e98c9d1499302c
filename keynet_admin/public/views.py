"""Counts looks at postings in this process and hands them over once a minute: a visitor's request itself never writes."""

import logging
import threading
from collections import Counter
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from keynet_admin import clock
from keynet_admin.errors import ReadOnlyMode
from keynet_admin.extensions import db
from keynet_admin.services.listing import views
from keynet_admin.services.transaction import transaction

log = logging.getLogger(__name__)
VIEWED = "keynet.viewed"  # in the WSGI environment: the id of the posting whose page was made
HAND_OVER = 60.0


class Views:
    """The counts of one application, safe between threads. `VIEWS_SECONDS` 0: only `flush` hands them over."""

    def __init__(self, app: Flask) -> None:
        """Nothing is running until somebody looks."""
        self.app = app
        self.seconds = float(app.config.get("VIEWS_SECONDS", HAND_OVER))
        self.counts: Counter[views.Seen] = Counter()
        self.lock = threading.Lock()
        self.waiting = False

    def saw(self, posting_id: int, environ: dict[str, Any]) -> None:
        """Count a look at this posting, if it is one."""
        source = views.source_of(environ)
        if source is None:
            return
        with self.lock:
            self.counts[posting_id, clock.today(), source] += 1
            begin, self.waiting = not self.waiting and self.seconds > 0, True
        if begin:
            timer = threading.Timer(self.seconds, self.flush)
            timer.daemon = True
            timer.start()

    def flush(self) -> int:
        """Store what was counted since the last time; how many looks. Without a database, and in read-only mode, they wait for the next time."""
        with self.lock:
            counts, self.counts, self.waiting = self.counts, Counter(), False
        if not counts:
            return 0
        try:
            with self.app.app_context():
                try:
                    with transaction():
                        views.add(counts)
                finally:
                    db.drop_session()
        except (SQLAlchemyError, ReadOnlyMode) as error:
            log.warning("looks at postings wait for the next time: %s", type(error).__name__)
            with self.lock:
                self.counts.update(counts)
            return 0
        return counts.total()
