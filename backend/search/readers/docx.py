"""Word documents: a part per heading, since pages exist only once Word lays them out."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import Part as PackagePart

from backend.domain.documents import DocumentKind, Part
from backend.search.readers import charts, wordml
from backend.search.readers.packages import checked, parsed
from backend.search.readers.wordml import W

_MARGINS = (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)
_NOTES = {
    RELATIONSHIP_TYPE.FOOTNOTES: f"{W}footnoteReference",
    RELATIONSHIP_TYPE.ENDNOTES: f"{W}endnoteReference",
}


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part]:
    main = Document(checked(file)).part
    blocks = wordml.Blocks(_notes(main), lambda chart: _chart(main, chart))
    headings = _heading_styles(main.styles.element)
    heading, lines = "", list[str]()
    for block in wordml.blocks(main.element.body):
        read_lines = list(blocks.lines(block))
        title = " ".join(read_lines).strip()
        if title and wordml.style_of(block) in headings:
            yield _section(heading, lines)
            heading, lines = title, []
        lines.extend(read_lines)
    yield _section(heading, lines)
    margins = dict.fromkeys(line.strip() for line in _margin_lines(main, blocks))
    yield Part("\n".join(margins), place="header and footer")


def _section(heading: str, lines: list[str]) -> Part:
    place = f"section “{heading}”" if heading else None
    return Part("\n".join(lines), place=place, context=heading)


def _heading_styles(styles: Any) -> frozenset[str]:
    """The ids of the styles that have an outline level, or inherit one, and of titles."""
    based: dict[str, str | None] = {}
    found: set[str] = set()
    for style in styles.iterfind(f"{W}style"):
        style_id = style.get(f"{W}styleId", "")
        base = style.find(f"{W}basedOn")
        based[style_id] = None if base is None else base.get(f"{W}val")
        name = style.find(f"{W}name")
        level = style.find(f"{W}pPr/{W}outlineLvl")
        if (
            name is not None and name.get(f"{W}val", "").lower().startswith(("heading", "title"))
        ) or (level is not None and level.get(f"{W}val", "9") < "9"):
            found.add(style_id)
    for style_id in based:
        line, at = {style_id}, based[style_id]
        while at is not None and at not in line and at not in found:
            line.add(at)
            at = based.get(at)
        if at in found:
            found |= line
    return frozenset(found - {""})


def _margin_lines(main: PackagePart, blocks: wordml.Blocks) -> Iterator[str]:
    for relation in main.rels.values():
        if relation.reltype in _MARGINS:
            for block in wordml.blocks(parsed(relation.target_part.blob)):
                yield from blocks.lines(block)


def _notes(main: PackagePart) -> dict[tuple[str, str], Any]:
    """Footnotes and endnotes, by what refers to them and their ids there."""
    return {
        (_NOTES[relation.reltype], note.get(f"{W}id", "")): note
        for relation in main.rels.values()
        if relation.reltype in _NOTES
        for note in parsed(relation.target_part.blob)
        if isinstance(note.tag, str)
    }


def _chart(main: PackagePart, relation_id: str) -> Iterator[str]:
    relation = main.rels.get(relation_id)
    if relation is not None and not relation.is_external:
        yield from charts.lines(parsed(relation.target_part.blob))
