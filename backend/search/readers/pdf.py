"""PDF, by PDFium: a part per page."""

import re
from collections.abc import Iterator
from typing import BinaryIO

import pypdfium2
import pypdfium2.raw as pdfium

from backend.domain.documents import DocumentKind, Part
from backend.search.readers.ending import Unreadable

_HYPHEN_AT_LINE_END = re.compile("[\ufffe\x02](?:\r?\n)?")
"""What PDFium puts for one, instead of both."""


def read(file: BinaryIO, kind: DocumentKind) -> Iterator[Part]:
    try:
        document = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        if error.err_code == pdfium.FPDF_ERR_PASSWORD:
            raise Unreadable("It is encrypted. Upload a copy without a password.") from None
        raise Unreadable("It is damaged or no PDF.") from None
    found = False
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage().get_text_bounded()
        page.close()
        text = _HYPHEN_AT_LINE_END.sub("", text)
        found = found or bool(text.strip())
        yield Part(text, place=f"page {number + 1}")
    if not found:
        raise Unreadable("It holds no text; a scan needs text recognition (OCR) first.")
