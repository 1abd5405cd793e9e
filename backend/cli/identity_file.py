"""The file where scripts keep the cookie that owns their threads: in the state folder, 0600."""

import json
import os
from pathlib import Path

from platformdirs import user_state_path


class IdentityFile:
    """One cookie per server address. Whoever has the file can read the owner's threads."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or user_state_path("runstream") / "identities.json"

    def cookie(self, url: str) -> str | None:
        """Returns `name=value` for the server at `url`, None on the first visit."""
        return self._read().get(url)

    def keep(self, url: str, cookie: str) -> None:
        """Store the cookie; the file is replaced atomically."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self._read() | {url: cookie}, file, indent=1)
        draft.replace(self._path)

    def _read(self) -> dict[str, str]:
        try:
            kept = json.loads(self._path.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}
