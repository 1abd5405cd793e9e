"""OpenDocument files and e-books of given XML, as small as they can be."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

_URN = "urn:oasis:names:tc:opendocument:xmlns"
_ODF = " ".join(
    f'xmlns:{short}="{_URN}:{name}:1.0"'
    for short, name in (
        *(("office", "office"), ("text", "text"), ("table", "table"), ("draw", "drawing")),
        *(("style", "style"), ("presentation", "presentation"), ("chart", "chart")),
    )
)
_PAGE = '<?xml version="1.0" encoding="utf-8"?><html><head><title>T</title></head><body>{}'


def odf(path: Path, kind: str, body: str, styles: str = "", **objects: str) -> Path:
    """A text, a spreadsheet or a presentation."""
    media_type = f"application/vnd.oasis.opendocument.{kind}"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", media_type)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<m:manifest xmlns:m="{_URN}:manifest:1.0"><m:file-entry m:full-path="/" '
            f'm:media-type="{media_type}"/></m:manifest>',
        )
        archive.writestr("content.xml", _content(f"<office:{kind}>{body}</office:{kind}>"))
        archive.writestr(
            "styles.xml",
            f"<office:document-styles {_ODF}><office:master-styles>{styles}"
            "</office:master-styles></office:document-styles>",
        )
        for name, inner in objects.items():
            archive.writestr(f"{name}/content.xml", _content(inner))
    return path


def _content(body: str) -> str:
    return (
        f'<office:document-content {_ODF} xmlns:xlink="http://www.w3.org/1999/xlink">'
        f"<office:body>{body}</office:body></office:document-content>"
    )


def said(text: str) -> str:
    return f"<text:p>{text}</text:p>"


def cell(text: str, properties: str = "office:value-type='string'") -> str:
    return f"<table:table-cell {properties}>{said(text)}</table:table-cell>"


def row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def epub(path: Path, pages: Mapping[str, str], *, encrypted: str = "") -> Path:
    """A book of these pages, by their addresses; they are read in this order."""
    items = "".join(f'<item id="{at}" href="{name}"/>' for at, name in enumerate(pages))
    spine = "".join(f'<itemref idref="{at}"/>' for at in range(len(pages)))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml",
            '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            '<rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        )
        archive.writestr(
            "OPS/book.opf",
            '<package xmlns="http://www.idpf.org/2007/opf" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>The Lamp</dc:title>'
            f"</metadata><manifest>{items}</manifest><spine>{spine}</spine></package>",
        )
        for name in sorted(pages):
            archive.writestr(f"OPS/{name.replace('%20', ' ')}", _PAGE.format(pages[name]))
        if encrypted:
            archive.writestr(
                "META-INF/encryption.xml",
                '<e xmlns="http://www.w3.org/2001/04/xmlenc#"><CipherReference '
                f'URI="OPS/{encrypted}"/></e>',
            )
    return path
