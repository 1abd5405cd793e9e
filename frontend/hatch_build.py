"""Builds the page before a wheel or sdist is made from sources that lack it.

What is built carries the page, so whoever installs it needs no Node.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageBuildHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if version == "editable" or (root / "backend" / "static" / "index.html").is_file():
            return
        npm = shutil.which("npm")
        if npm is None:
            raise RuntimeError(
                "The page is not built, and npm, which builds it, is missing. Install Node 20.19 "
                "or newer, or take a wheel or sdist: they carry the page."
            )
        for step in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
            subprocess.run([npm, *step], cwd=root / "frontend", check=True)  # noqa: S603
