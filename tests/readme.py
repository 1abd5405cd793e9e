"""The code of README.md, so that tests can do what it says."""

import re

from tests.paths import ROOT

README = ROOT / "README.md"

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def file_block(path: str) -> str:
    """The first fenced block after the words "Create `path`"."""
    _, found, rest = README.read_text("utf-8").partition(f"Create `{path}`")
    assert found, f"README.md does not say to create {path}"
    match = _BLOCK.search(rest)
    assert match is not None
    return match[2]


def script_blocks(section: str) -> list[str]:
    """The Python blocks under the heading `section`."""
    _, found, rest = README.read_text("utf-8").partition(f"\n## {section}\n")
    assert found, f"README.md has no section {section}"
    return [
        code
        for language, code in _BLOCK.findall(rest.partition("\n## ")[0])
        if language == "python"
    ]
