"""The product's name stands in one place on each side, so that a fork changes two lines."""

from collections.abc import Iterator
from pathlib import Path

from backend import PRODUCT
from tests.paths import ROOT


def files_of(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        built = "static" in path.parts or "node_modules" in path.parts
        if path.is_file() and not built and path.suffix in {".py", ".html", ".ts", ".css", ".svg"}:
            yield path


def test_the_name_is_written_once_in_the_server_and_once_in_the_page() -> None:
    page = [ROOT / "frontend/index.html", ROOT / "frontend/vite.config.ts"]
    named = [
        str(path.relative_to(ROOT))
        for path in (*files_of(ROOT / "backend"), *files_of(ROOT / "frontend/src"), *page)
        if PRODUCT in path.read_text(encoding="utf-8")
    ]
    assert sorted(named) == ["backend/__init__.py", "frontend/src/product.ts"]
