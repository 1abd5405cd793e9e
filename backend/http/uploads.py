"""An upload: the parts of a request become files, each taken or refused by itself."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from typing import assert_never

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from backend.domain.errors import AppError, BodyTooLarge, InvalidRequest
from backend.domain.file import StoredFile
from backend.domain.file_names import safe_name
from backend.domain.file_types import FilePurposeOfUpload
from backend.domain.ids import OwnerId
from backend.files.files import Files, Upload
from backend.http.framework.multipart import FIELD, PartBegin, PartData, PartEnd, file_parts

_PER_PART_BYTES = 8_192
"""What boundary and headers of a part may take besides its content."""


@dataclass(slots=True)
class Outcome:
    """What became of each part."""

    files: list[StoredFile] = field(default_factory=list)
    refused: list[tuple[str, AppError]] = field(default_factory=list)


async def receive(
    request: Request, files: Files, purpose: FilePurposeOfUpload, owner: OwnerId
) -> Outcome:
    """Read the request to its end. What was whole before it broke off is kept, nothing else.

    Raises `InvalidRequest` and `BodyTooLarge` for a request that holds no files at all, or more
    than may be.
    """
    settings = files.settings
    most = settings.max_files_per_message * (settings.max_file_bytes + _PER_PART_BYTES)
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise _too_large(most)
    outcome = Outcome()
    parts = file_parts(request.headers.get("content-type", ""), _bounded(request, most))
    async with AsyncExitStack() as stack, aclosing(parts) as events:
        upload: Upload | None = None
        begun = 0
        name = ""
        async for event in events:
            try:
                match event:
                    case PartBegin():
                        begun += 1
                        name = safe_name(event.filename)
                        if begun > settings.max_files_per_message:
                            raise InvalidRequest(
                                f"Send {settings.max_files_per_message} files at a time at most.",
                                code="too_many_parts",
                            )
                        upload = await stack.enter_async_context(files.upload(name, purpose))
                    case PartData():
                        if upload is not None:
                            await upload.write(event.data)
                    case PartEnd():
                        if upload is not None:
                            outcome.files.append(await upload.keep(owner))
                            upload = None
                            await stack.aclose()
                    case _:
                        assert_never(event)
            except AppError as error:
                outcome.refused.append((name, error))
                upload = None
                await stack.aclose()
    if not begun:
        raise InvalidRequest(f"There is no file in the body: name its parts “{FIELD}”.")
    return outcome


async def _bounded(request: Request, most: int) -> AsyncIterator[bytes]:
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > most:
                raise _too_large(most)
            if chunk:
                yield chunk
    except ClientDisconnect:
        raise HTTPException(400, "The sender left before the body's end.") from None


def _too_large(most: int) -> BodyTooLarge:
    return BodyTooLarge(f"The body is larger than {most:,} bytes. Send fewer or smaller files.")
