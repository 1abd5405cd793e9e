"""Office files are ZIP archives: looked at before anything is unpacked."""

import zipfile
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from lxml import etree

from backend.search.readers.ending import Unreadable

UNPACKED_BYTES = 256 << 20
ENTRIES = 10_000

_OLD_OR_ENCRYPTED = b"\xd0\xcf\x11\xe0"
"""An OLE container: the formats before 2007, and those of today with a password."""


def checked(file: BinaryIO) -> BinaryIO:
    """The same file, rewound. Raises `Unreadable`.

    What an archive says of itself may be a lie; then the process's own limits hold.
    """
    beginning = file.read(4)
    file.seek(0)
    if beginning == _OLD_OR_ENCRYPTED:
        raise Unreadable(
            "It is encrypted or in a format of before 2007. Save it anew without a password."
        )
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile:
        raise Unreadable("It is damaged or not what its name says.") from None
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > ENTRIES or unpacked > UNPACKED_BYTES:
        raise Unreadable(
            f"It unpacks to {unpacked >> 20:,} MB in {len(entries):,} pieces, more than the limits "
            f"of {UNPACKED_BYTES >> 20} MB and {ENTRIES:,} pieces."
        )
    file.seek(0)
    return file


def parsed(xml: bytes) -> Any:
    """Returns the root of a package's XML, whose entities are left alone."""
    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, huge_tree=True))


def nearest(
    container: Any, wanted: frozenset[str], is_read: Callable[[Any], bool]
) -> Iterator[Any]:
    """Yields the elements of these names, however they are wrapped, but none within another."""
    waiting = list(reversed(container))
    while waiting:
        element = waiting.pop()
        if element.tag in wanted:
            yield element
        elif is_read(element):
            waiting.extend(reversed(element))
