"""The log of the process: a line per record on standard error, without any secret, as text or JSON."""

import json
import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Final

from backend.config.redaction import redact_beginning, secrets_of
from backend.config.settings import Settings
from backend.watching.log_ids import ids

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_MAX_RECORD_CHARS = 100_000
_ACCESS: Final = "uvicorn.access"
_SHARED: Final = "/shared/"


class RedactingFormatter(logging.Formatter):
    """Removes the settings' secrets from finished lines, tracebacks included.

    A key stays secret after it was replaced, so every secret ever seen is remembered.
    """

    def __init__(
        self, settings: Callable[[], Settings], others: Collection[str] = frozenset()
    ) -> None:
        """`others` are secrets that are no settings; more may come."""
        super().__init__(_FORMAT, datefmt="%H:%M:%S")
        self._settings = settings
        self._others = others
        self._seen: set[str] = set()

    def format(self, record: logging.LogRecord) -> str:
        return self.redacted(super().format(record))

    def redacted(self, text: str) -> str:
        self._seen.update(secrets_of(self._settings()), self._others)
        return redact_beginning(text, self._seen, _MAX_RECORD_CHARS)


class JsonFormatter(RedactingFormatter):
    """A JSON object per record, in ASCII, so that nothing within can end the line."""

    def format(self, record: logging.LogRecord) -> str:
        told = datetime.fromtimestamp(record.created, UTC)
        line: dict[str, object] = {
            "time": told.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            # Redacted before they are encoded: afterwards, what looks like a key might end in the
            # middle of the syntax.
            "message": self.redacted(record.getMessage()),
        }
        if record.exc_info:
            line["exception"] = self.redacted(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = self.redacted(record.stack_info)
        if record.name == _ACCESS and isinstance(record.args, tuple) and len(record.args) == 5:
            client, method, path, _, status = record.args
            line |= {"client": client, "method": method, "path": self.redacted(str(path))}
            line["status"] = status
        return json.dumps(line | ids())


def shorten_access(record: logging.LogRecord) -> bool:
    """Leave the path of a request as far as it tells of no chat: what is searched for stands in the
    query, and who has the rest of a link to a chat may read that. Fits `Filterer.addFilter`."""
    if record.name == _ACCESS and isinstance(record.args, tuple) and len(record.args) == 5:
        client, method, target, version, status = record.args
        path = str(target).partition("?")[0]
        before, shared, _ = path.partition(_SHARED)
        record.args = (client, method, before + shared + "…" if shared else path, version, status)
    return True


def configure_logging(
    settings: Callable[[], Settings], others: Collection[str] = frozenset()
) -> None:
    """Send all loggers to standard error, ours at the settings' level.

    At `debug` libraries write what they send and store: prompts, rows, cookies. They stay at `info`,
    and uvicorn, which tells of each handshake at `info`, at `warning`.
    """
    now = settings()
    is_json = now.log_format == "json"
    handler = logging.StreamHandler()
    handler.setFormatter((JsonFormatter if is_json else RedactingFormatter)(settings, others))
    handler.addFilter(shorten_access)
    level = now.log_level.upper()
    others = "INFO" if level == "DEBUG" else level
    logging.basicConfig(level=others, handlers=[handler], force=True)
    logging.captureWarnings(is_json)
    logging.getLogger("backend").setLevel(level)
    logging.getLogger("uvicorn").setLevel("ERROR" if level == "ERROR" else "WARNING")
    logging.getLogger(_ACCESS).setLevel("INFO" if now.access_log else "WARNING")
