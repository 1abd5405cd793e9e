"""The code of README.md and of the pages it links, so that tests can do what they say."""

import re
from pathlib import Path

from tests.paths import ROOT

README = ROOT / "README.md"
UPSTREAMS = ROOT / "backend/upstreams/README.md"
FILES = ROOT / "backend/files/README.md"

PAGES = (
    README,
    *sorted(ROOT.glob("backend/**/README.md")),
    *sorted(
        path for path in ROOT.glob("frontend/*/**/README.md") if "node_modules" not in path.parts
    ),
    ROOT / "frontend/README.md",
)

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def file_block(path: str, page: Path = README) -> str:
    """The first fenced block after the words "Create `path`"."""
    _, found, rest = page.read_text("utf-8").partition(f"Create `{path}`")
    assert found, f"{page} does not say to create {path}"
    match = _BLOCK.search(rest)
    assert match is not None
    return match[2]


def script_blocks(page: Path, section: str) -> list[str]:
    """The Python blocks under the heading `section`."""
    _, found, rest = page.read_text("utf-8").partition(f"# {section}\n")
    assert found, f"{page} has no section {section}"
    return [
        code
        for language, code in _BLOCK.findall(rest.partition("\n## ")[0])
        if language == "python"
    ]
