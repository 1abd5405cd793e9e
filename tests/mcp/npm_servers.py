"""MCP servers from npm, pinned by a lock file, in `.venv-servers`."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from tests.real_servers.environments import FOLDER

_NPM_CI = ("npm", "ci", "--ignore-scripts", "--silent", "--no-audit", "--no-fund")


class NpmServers:
    def __init__(self, name: str, lock: Path) -> None:
        """`lock` is the folder with `package.json` and the lock file."""
        self._name = name
        self._lock = lock
        self._folder = FOLDER / name

    def program(self, name: str) -> Path:
        return self._folder / "node_modules" / ".bin" / name

    @property
    def are_installed(self) -> bool:
        return self._stamp.is_file()

    def install(self) -> None:
        """Does nothing where just these are installed."""
        lock = self._lock / "package-lock.json"
        wanted = hashlib.sha256(lock.read_bytes()).hexdigest()
        if self._stamp.is_file() and self._stamp.read_text() == wanted:
            return
        print(f"Installing {self._name}", flush=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        for file in (self._lock / "package.json", lock):
            shutil.copy(file, self._folder)
        subprocess.run(_NPM_CI, cwd=self._folder, check=True)
        self._stamp.write_text(wanted)

    @property
    def _stamp(self) -> Path:
        return self._folder / ".stamp"
