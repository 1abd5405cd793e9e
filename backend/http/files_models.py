"""What the files API reads and writes. The OpenAPI document is generated from these."""

from typing import Literal

from pydantic import Field

from backend.domain.file import FilePlace, FilePurpose, FileStatus
from backend.domain.ids import FileId
from backend.domain.items import Value


class FileInfo(Value):
    id: FileId
    name: str
    media_type: str
    size: int
    """Bytes."""
    purpose: FilePurpose
    status: FileStatus
    error: str | None = None
    """Why it failed: a sentence."""
    created_at: float
    """Seconds since the Unix epoch."""
    place: FilePlace
    """Where it is searched. Its bytes are on this server in either case."""


class FilePage(Value):
    files: tuple[FileInfo, ...]
    """Newest first."""
    next_cursor: str | None = None


class FilesQuery(Value):
    purpose: FilePurpose = "knowledge"
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=100)


class UploadQuery(Value):
    purpose: Literal["knowledge", "attachment"]


class KnowledgeQuery(Value):
    purpose: Literal["knowledge"]


class RefusedFile(Value):
    """A part of an upload that was not taken."""

    name: str
    code: str
    message: str


class UploadAnswer(Value):
    files: tuple[FileInfo, ...]
    refused: tuple[RefusedFile, ...] = ()


class FileLimits(Value):
    max_file_bytes: int
    max_files_per_message: int
    knowledge: tuple[str, ...]
    """Extensions of what may be uploaded as knowledge, each with its dot."""
    attachment: tuple[str, ...]
    """The same of attachments; pictures need none."""


class FilesDeleted(Value):
    deleted: int
