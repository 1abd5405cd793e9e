"""A small file of what models have refused, by server, so that a restart does not ask for it again."""

import json
import logging
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

log = logging.getLogger(__name__)

FILE_NAME: Final = "refused_parameters.json"
EXPIRY_S: Final = 30 * 86_400
"""After which a refusal is forgotten: models and servers learn."""


class Refusal(NamedTuple):
    model: str
    parameter: str
    value: str
    """JSON."""


class RefusalFile:
    """The part of the file that is about one server, by its base URL without credentials."""

    def __init__(self, path: Path, server: str) -> None:
        self._path = path
        self._server = server

    def read(self) -> dict[Refusal, float]:
        """Returns the refusals that have not expired. A file that is damaged has none."""
        now = time.time()
        refusals: dict[Refusal, float] = {}
        known = self._all().get(self._server)
        for entry in known if isinstance(known, list) else ():
            match entry:
                case [str(model), str(name), str(value), int() | float() as at]:
                    if now - EXPIRY_S < at <= now:
                        refusals[Refusal(model, name, value)] = at
                case _:
                    log.warning("Skipped an entry of %s", self._path)
        return refusals

    def write(self, refusals: Mapping[Refusal, float]) -> None:
        """Write these in place of the server's. It is a few lines, and refusals are rare."""
        entries = self._all() | {self._server: [[*refusal, at] for refusal, at in refusals.items()]}
        draft = self._path.with_suffix(".draft")
        try:
            draft.write_text(json.dumps(entries, indent=1), "utf-8")
            draft.replace(self._path)
        except OSError as error:
            log.warning("What models refuse cannot be kept in %s: %s", self._path, error)

    def _all(self) -> dict[str, Any]:
        try:
            value = json.loads(self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            log.warning("%s cannot be read: %s", self._path, error)
            return {}
        return value if isinstance(value, dict) else {}
