"""The REST API of documents' texts, in which a page shows where a passage stands."""

from starlette.requests import Request

from backend.domain.errors import NotFound
from backend.domain.frozen_model import FrozenModel
from backend.files.files import Files
from backend.http.framework.api import endpoint
from backend.search.document_index import DocumentIndex


class DocumentPart(FrozenModel):
    location: str | None
    """Such as `page 3`; None where a document has no such places."""
    text: str


class DocumentText(FrozenModel):
    """Passages stand in the parts word for word."""

    parts: tuple[DocumentPart, ...]


class TextApi:
    """Of documents that were read here, for those who may have the file."""

    def __init__(self, files: Files, documents: DocumentIndex) -> None:
        self._files = files
        self._documents = documents

    @endpoint("GET", "/api/files/{file_id}/text", "Read a document's text", errors=(NotFound,))
    async def get_text(self, file_id: str, request: Request) -> DocumentText:
        file = await self._files.get(file_id, request.state.owner)
        parts = await self._documents.text(file.id)
        if not parts:
            raise NotFound("There is no text of this file here.")
        return DocumentText(parts=tuple(DocumentPart(**part._asdict()) for part in parts))
