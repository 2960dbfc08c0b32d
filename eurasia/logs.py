"""Log lines without addresses, tokens or text: what an exception says may quote any of them."""

import logging
import re
import traceback
from types import TracebackType

#: Starts at the first letter of a word only, or a long word would take the square of its length.
ADDRESS = re.compile(r"(?<![^\s<>\"'=,;@])[^\s<>\"'=,;@]+@[^\s<>\"',;]+")
QUERY = re.compile(r"\?\S+")
#: What opens by its address alone: previews, private feeds and their pictures.
#: However the rest of the address is mistyped.
TOKEN = re.compile(r"(?<=/)(preview|feed/+private|feed/+pictures)/+[^\s/]+", re.IGNORECASE)


class LineFormatter(logging.Formatter):
    """Leaves out e-mail addresses, query strings, tokens and the messages of exceptions.

    A database error quotes the row that it refused, full text and all, so of an exception only
    its kind and its place are kept.
    """

    def format(self, record: logging.LogRecord) -> str:
        if record.name.startswith("django.security."):
            # Its message is what an exception said; its name is the kind of the attempt.
            record = logging.makeLogRecord({**vars(record), "msg": "refused", "args": ()})
        said = TOKEN.sub(r"\1/…", super().format(record))
        return QUERY.sub("?…", ADDRESS.sub("<address>", said))

    def formatException(
        self,
        ei: tuple[type[BaseException] | None, BaseException | None, TracebackType | None],
    ) -> str:
        lines: list[str] = []
        error = ei[1]
        while error is not None:
            frames = "".join(traceback.format_tb(error.__traceback__))
            said = f": {error}" if getattr(error, "loggable", False) else ""
            lines.insert(0, f"{frames}{type(error).__qualname__}{said}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n".join(lines)
