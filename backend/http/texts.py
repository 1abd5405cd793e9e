"""The REST API of documents' texts. The page shows in them where a passage is."""

from starlette.requests import Request

from backend.domain.errors import NotFound
from backend.domain.frozen_model import FrozenModel
from backend.files.files import Files
from backend.http.framework.api import endpoint
from backend.http.security.identity import owner_of
from backend.search.document_index import DocumentIndex


class DocumentPart(FrozenModel):
    location: str | None
    """Such as `page 3`; None where the document has no such places."""
    text: str


class DocumentText(FrozenModel):
    """Each passage is part of one of the parts, word for word."""

    parts: tuple[DocumentPart, ...]


class TextApi:
    """Only of documents that were read on this server, and for those who may read the file."""

    def __init__(self, files: Files, documents: DocumentIndex) -> None:
        self._files = files
        self._documents = documents

    @endpoint("GET", "/api/files/{file_id}/text", "Read a document's text", errors=(NotFound,))
    async def get_text(self, file_id: str, request: Request) -> DocumentText:
        file = await self._files.get(file_id, owner_of(request))
        parts = await self._documents.text(file.id)
        if not parts:
            raise NotFound("There is no text of this file here.")
        return DocumentText(parts=tuple(DocumentPart(**part._asdict()) for part in parts))
