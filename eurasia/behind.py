"""What no reader waits for: every few seconds a thread of the process writes all there is to write.

Who begins to collect something adds what writes it to `behind.works`, and calls `start` when there
is something. The last of it is written when the process ends in order; who kills it loses the rest.
"""

import logging
import threading
from collections.abc import Callable

from django.conf import settings
from django.db import close_old_connections, connection

log = logging.getLogger(__name__)


class Behind:
    """The thread of this process. Any thread may start it."""

    def __init__(self) -> None:
        #: Each writes all that has come together.
        self.works: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def is_on(self) -> bool:
        return settings.WRITES_SECONDS is not None

    def start(self) -> None:
        """See to it that the thread runs: in a fork, the one of its parent is not there."""
        if not self.is_on or (self._thread and self._thread.is_alive()):
            return
        with self._lock:
            if not (self._thread and self._thread.is_alive()):
                self._thread = threading.Thread(target=self._work_on, name="behind", daemon=False)
                self._thread.start()

    def _work_on(self) -> None:
        """Until the main thread ends, as it does in order after SIGTERM; then once more."""
        main = threading.main_thread()
        while main.is_alive():
            main.join(settings.WRITES_SECONDS)
            close_old_connections()
            self.write()
        connection.close()

    def write(self) -> None:
        """Now. What goes wrong with one work, in whatever way, keeps no other from being done."""
        for work in self.works:
            try:
                work()
            except Exception:
                log.exception("%s.%s failed.", work.__module__, work.__qualname__)


#: Of this process.
behind = Behind()
