"""Whatever the bytes under whatever ending: a file is completed or failed, and nobody waits."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import httpx2
import pptx
import xlsxwriter
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from backend.domain.documents import DocumentKind, document_kind
from backend.domain.file_types import KNOWLEDGE_SUFFIXES
from backend.upstreams.demo import DemoUpstream
from tests.running import running
from tests.search.open_formats import cell, epub, odf, row, said
from tests.search.reading import document
from tests.search.test_limits import ALLOWANCE_BYTES, FACTOR
from tests.search.visitor import Visitor, visiting
from tests.search_eval.corpus import make_pdf

LONGEST_SENTENCE = 300


def _slides(path: Path) -> None:
    show = pptx.Presentation()
    slide = show.slides.add_slide(show.slide_layouts[5])
    assert slide.shapes.title is not None
    slide.shapes.title.text_frame.text = "Harvest"
    show.save(str(path))


def _sheet(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Prices").write_row(0, 0, ["Lamp", 12.5])


_TABLE = f"<table:table table:name='P'>{row(cell('Lamp'), cell('12.5'))}</table:table>"
_TEXTS = {
    ".rtf": r"{\rtf1\ansi{\fonttbl{\f0\fcharset128 x;}}{\f0\'89\'ef}\u26481?{\b bold}\par}",
    ".eml": "Subject: =?utf-8?b?R3LDvMOfZQ==?=\nContent-Type: text/plain; charset=koi8-r\n\nA \xc1",
    ".ipynb": json.dumps({"cells": [{"cell_type": "code", "source": ["a"], "outputs": []}]}),
    ".html": "<meta charset=gb2312><h1>Top<p>one</h1><pre> a\n b</pre><table><td>x<td>y",
    ".md": "# One\n\ntwo\n===\n~~~\n# three\n",
    ".csv": 'sep=;\n"a;b";c\n1;2\n',
    ".srt": "1\n00:00:01,000 --> 00:00:02,000\n<i>Hm</i>\n\n",
    ".xml": '<?xml version="1.0" encoding="shift_jis"?><a>b</a>',
}
_MAKERS: dict[str, Callable[[Path], object]] = {
    ".pdf": lambda path: make_pdf(["Page one", "Page two"], path),
    ".docx": lambda path: document(path, "# Terms", "A clause."),
    ".pptx": _slides,
    ".xlsx": _sheet,
    ".odt": lambda path: odf(path, "text", said("A clause.")),
    ".odp": lambda path: odf(path, "presentation", f"<draw:page>{said('Hm')}</draw:page>"),
    ".ods": lambda path: odf(path, "spreadsheet", _TABLE),
    ".epub": lambda path: epub(path, {"a.xhtml": "<h1>Oil</h1><p>burns"}),
}


def _samples() -> list[tuple[str, bytes]]:
    with TemporaryDirectory() as folder:
        made = []
        for suffix, make in _MAKERS.items():
            path = Path(folder) / f"sample{suffix}"
            make(path)
            made.append((suffix, path.read_bytes()))
    return made + [(suffix, text.encode("latin-1")) for suffix, text in _TEXTS.items()]


SAMPLES = _samples()


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sample with some of its bytes changed, doubled, cut out or cut off."""
    suffix, content = draw(st.sampled_from(SAMPLES))
    for _ in range(draw(st.integers(1, 4))):
        start, end = sorted(draw(st.tuples(*[st.integers(0, len(content))] * 2)))
        piece = content[start:end]
        change = draw(st.sampled_from(["double", "cut", "end", "noise", "many"]))
        if change == "double":
            piece = piece * 2
        elif change == "cut":
            piece = b""
        elif change == "noise":
            piece = draw(st.binary(max_size=20))
        elif change == "many":
            piece = piece[:100] * 50
        content = content[:start] + piece + (b"" if change == "end" else content[end:])
    return suffix, content


anything = st.tuples(
    st.sampled_from(KNOWLEDGE_SUFFIXES),
    st.one_of(
        st.binary(max_size=3000),
        st.builds(
            lambda text, encoding: text.encode(encoding, "replace"),
            st.text(max_size=1000),
            st.sampled_from(
                ["utf-8", "utf-16", "utf-16-be", "utf-32", "gb18030", "cp932", "latin-1"]
            ),
        ),
        st.sampled_from([content for _, content in SAMPLES]),
    ),
)


@given(st.lists(damaged() | anything, min_size=8, max_size=8))
@settings(
    max_examples=5,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.generate),
)
def test_any_bytes_under_any_ending_are_completed_or_failed_with_a_sentence(
    files: list[tuple[str, bytes]],
) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(_upload(Path(folder), files))


def test_every_accepted_ending_takes_what_belongs_under_another(tmp_path: Path) -> None:
    contents = [content for _, content in SAMPLES] + [
        b"\xff\xfe\x00\xd8 x",
        b"\x00" * 99,
        b"\x1b$)C",
    ]
    kinds: set[str] = set()
    files = []
    for at, suffix in enumerate(KNOWLEDGE_SUFFIXES):
        kind = document_kind(f"a{suffix}")
        # Plain text is read by one reader, whatever the ending: of these a few will do.
        if kind != "text" or at % 8 == 0:
            kinds.add(kind)
            files += [(suffix, contents[(at + step) % len(contents)]) for step in (1, 7)]
    assert kinds == set(get_args(DocumentKind))
    for start in range(0, len(files), 10):
        asyncio.run(_upload(tmp_path / str(start), files[start : start + 10]))


async def _upload(folder: Path, files: list[tuple[str, bytes]]) -> None:
    folder.mkdir(exist_ok=True)
    async with running(folder, DemoUpstream(0)) as server, visiting(server) as visitor:
        answer = await visitor.http.post(
            "/api/files?purpose=knowledge",
            files=[
                ("file", (f"file {at}{suffix}", content))
                for at, (suffix, content) in enumerate(files)
            ],
        )
        assert answer.status_code in (201, 400, 415), answer.text
        taken = [file["id"] for file in answer.json().get("files", ())]
        text_bytes = 0
        for file in await visitor.indexed_unnoticed(*taken):
            if file["status"] == "failed":
                assert file["error"].endswith(".")
                assert len(file["error"]) <= LONGEST_SENTENCE
            else:
                assert file["status"] == "completed"
                text_bytes += await _text_bytes(visitor, file["id"])
    size = sum(path.stat().st_size for path in folder.rglob("runstream.db*"))
    assert size <= ALLOWANCE_BYTES + FACTOR * text_bytes


async def _text_bytes(visitor: Visitor, file_id: str) -> int:
    answer: httpx2.Response = await visitor.http.get(f"/api/files/{file_id}/text")
    texts = [part["text"] for part in answer.json()["parts"]]
    assert texts
    for text in texts:
        assert not any(each < " " and each not in "\t\n" for each in text)
    return sum(len(text.encode()) for text in texts)
