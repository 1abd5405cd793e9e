"""E-books: their chapters in the order in which they are read, a part per heading.

https://www.w3.org/TR/epub-33/
"""

import posixpath
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Final
from urllib.parse import unquote

from msgspec.structs import replace

from backend.domain.documents import DocumentKind, Part
from backend.search.readers import html
from backend.search.readers.encodings import decoded
from backend.search.readers.ending import Note, Unreadable
from backend.search.readers.packages import checked, parsed

_CONTAINER: Final = "{urn:oasis:names:tc:opendocument:xmlns:container}"
_OPF: Final = "{http://www.idpf.org/2007/opf}"
_TITLE: Final = "{http://purl.org/dc/elements/1.1/}title"
_CIPHER: Final = "{http://www.w3.org/2001/04/xmlenc#}CipherReference"


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part | Note]:
    with zipfile.ZipFile(checked(file)) as archive:
        try:
            container = parsed(archive.read("META-INF/container.xml"))
            (address, *_) = (
                each.get("full-path", "") for each in container.iter(f"{_CONTAINER}rootfile")
            )
            package = parsed(archive.read(address))
        except (KeyError, ValueError):
            raise Unreadable("It is damaged or no e-book.") from None
        title = " ".join((each.text or "").strip() for each in package.iter(_TITLE))
        addresses = {
            item.get("id"): posixpath.normpath(
                posixpath.join(posixpath.dirname(address), unquote(item.get("href", "")))
            )
            for item in package.iter(f"{_OPF}item")
        }
        known = set(archive.namelist())
        encrypted = _encrypted(archive, known)
        spine = [addresses.get(each.get("idref")) for each in package.iter(f"{_OPF}itemref")]
        for number, name in enumerate(spine, start=1):
            if name in encrypted:
                raise Unreadable("It is encrypted. Upload a copy without copy protection.")
            if name in known:
                raw = archive.read(name)
                text = yield from decoded(raw, html.declared(raw))
                for part in html.sections(text):
                    place = part.place or f"chapter {number}"
                    yield replace(part, place=place, context=f"{title}: {part.context}")


def _encrypted(archive: zipfile.ZipFile, known: set[str]) -> set[str]:
    name = "META-INF/encryption.xml"
    if name not in known:
        return set()
    return {unquote(each.get("URI", "")) for each in parsed(archive.read(name)).iter(_CIPHER)}
