"""Files for the tests of file search: ordinary ones, and those that mean harm."""

import zipfile
from contextlib import aclosing
from pathlib import Path

import docx

from backend.domain.documents import Part, document_kind
from backend.search.extraction import Batch, extract

_BODY = b"<w:p><w:r><w:t>And so on and so forth.</w:t></w:r></w:p>"


async def read(path: Path) -> tuple[Part, ...]:
    """As the index reads it."""
    parts: list[Part] = []
    async with aclosing(extract(path, document_kind(path.name))) as found:
        async for each in found:
            if isinstance(each, Batch):
                parts += each.parts
    return tuple(parts)


def document(path: Path, *paragraphs: str) -> Path:
    """A Word document; a paragraph that begins with `# ` is a heading."""
    made = docx.Document()
    for text in paragraphs:
        if text.startswith("# "):
            made.add_heading(text[2:], 1)
        else:
            made.add_paragraph(text)
    made.save(str(path))
    return path


def bomb(path: Path, unpacked_bytes: int, *, said_bytes: int | None = None) -> Path:
    """A Word document of that size once unpacked, whatever its directory says."""
    model = document(path.with_suffix(".model"), "Tick")
    with zipfile.ZipFile(model) as source, zipfile.ZipFile(path, "w", 8) as target:
        for entry in source.infolist():
            if entry.filename != "word/document.xml":
                target.writestr(entry, source.read(entry))
        with target.open("word/document.xml", "w") as file:
            namespace = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
            file.write(b'<w:document xmlns:w="' + namespace + b'"><w:body>')
            block = _BODY * 20_000
            for _ in range(unpacked_bytes // len(block)):
                file.write(block)
            file.write(b"</w:body></w:document>")
    if said_bytes is not None:
        _say(path, said_bytes)
    return path


def _say(path: Path, said_bytes: int) -> None:
    """Write another size into the archive's directory, whose last entry is the document."""
    raw = bytearray(path.read_bytes())
    entry = raw.rfind(b"PK\x01\x02")
    raw[entry + 24 : entry + 28] = said_bytes.to_bytes(4, "little")
    path.write_bytes(raw)
