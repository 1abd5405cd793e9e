"""The REST API of documents' texts. The page shows in them where a passage is."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from backend.domain.errors import NotFound
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import FileId
from backend.files.files import Files
from backend.http.framework.api import endpoint
from backend.http.security.identity import owner_of
from backend.store.document_texts import DocumentTexts


class DocumentPart(FrozenModel):
    location: str | None
    """Such as `page 3`; None where the document has no such places."""
    text: str


class DocumentText(FrozenModel):
    """Each passage is part of one of the parts, word for word."""

    parts: tuple[DocumentPart, ...]


class TextApi:
    """Only of documents that were read on this server, and for those who may read the file."""

    def __init__(self, files: Files, texts: DocumentTexts) -> None:
        self._files = files
        self._texts = texts

    @endpoint(
        "GET",
        "/api/files/{file_id}/text",
        "Read a document's text",
        errors=(NotFound,),
        answer=DocumentText,
    )
    async def get_text(self, file_id: str, request: Request) -> Response:
        """Sent as it is read from the database, since it may be as long as the file is large."""
        file = await self._files.get(file_id, owner_of(request))
        if file.status == "in_progress":
            raise NotFound("This file is still being read.")
        text = self._json(file.id)
        # The first piece, while it can still be said that there is none.
        begin = await anext(text, None)
        if begin is None:
            raise NotFound("There is no text of this file here.")
        return StreamingResponse(_resumed(begin, text), media_type="application/json")

    async def _json(self, file_id: FileId) -> AsyncGenerator[str]:
        """Yields a `DocumentText` as JSON, nothing where there is no text."""
        before = '{"parts":['
        async with aclosing(self._texts.parts(file_id)) as found:
            async for parts in found:
                told = (DocumentPart(**part._asdict()).model_dump_json() for part in parts)
                yield before + ",".join(told)
                before = ","
        if before == ",":
            yield "]}"


async def _resumed(begin: str, rest: AsyncGenerator[str]) -> AsyncGenerator[str]:
    async with aclosing(rest):
        yield begin
        async for piece in rest:
            yield piece
