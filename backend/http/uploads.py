"""An upload: each part of a request becomes a file or is refused, independently of the others."""

from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from typing import assert_never

from starlette.requests import Request

from backend.domain.errors import AppError, InvalidRequest
from backend.domain.file import StoredFile
from backend.domain.file_names import safe_name
from backend.domain.file_types import FilePurposeOfUpload
from backend.domain.ids import OwnerId
from backend.files.files import Files, Upload
from backend.http.framework.body import chunks
from backend.http.framework.multipart import FIELD, PartBegin, PartData, PartEnd, file_parts

_PER_PART_BYTES = 8_192
"""What the boundary and the headers of a part may take besides its content."""


@dataclass(slots=True)
class Outcome:
    """The files that were kept, and the parts that were refused."""

    files: list[StoredFile] = field(default_factory=list)
    refused: list[tuple[str, AppError]] = field(default_factory=list)


async def receive(
    request: Request, files: Files, purpose: FilePurposeOfUpload, owner: OwnerId
) -> Outcome:
    """Read the request to its end. If it breaks off, only the files that were complete are kept.

    Raises `InvalidRequest` for a request without files, and `BodyTooLarge`.
    """
    settings = files.settings
    most = settings.max_files_per_message * (settings.max_file_bytes + _PER_PART_BYTES)
    outcome = Outcome()
    async with (
        AsyncExitStack() as stack,
        aclosing(chunks(request, most)) as body,
        aclosing(file_parts(request.headers.get("content-type", ""), body)) as events,
    ):
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
                                f"Send at most {settings.max_files_per_message} files at a time.",
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
