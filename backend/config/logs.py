"""The log of the process: one line per record on standard error, without any secret."""

import logging
from collections.abc import Callable, Collection

from backend.config.redaction import redact_beginning, secrets_of
from backend.config.settings import Settings

_FORMAT = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
_MAX_RECORD_CHARS = 100_000


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
        self._seen.update(secrets_of(self._settings()), self._others)
        return redact_beginning(super().format(record), self._seen, _MAX_RECORD_CHARS)


def configure_logging(
    settings: Callable[[], Settings], others: Collection[str] = frozenset()
) -> None:
    """Send all loggers to standard error, ours at the settings' level.

    At `debug` libraries write what they send and store: prompts, rows, cookies. They stay at `info`,
    and uvicorn, which tells of each handshake at `info`, at `warning`.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(RedactingFormatter(settings, others))
    level = settings().log_level.upper()
    others = "INFO" if level == "DEBUG" else level
    logging.basicConfig(level=others, handlers=[handler], force=True)
    logging.getLogger("backend").setLevel(level)
    logging.getLogger("uvicorn").setLevel("ERROR" if level == "ERROR" else "WARNING")
