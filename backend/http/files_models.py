"""The bodies and queries of the files API. The OpenAPI document is generated from them."""

from typing import Literal

from pydantic import Field

from backend.domain.file import FilePlace, FilePurpose, FileStatus
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import FileId


class FileInfo(FrozenModel):
    id: FileId
    name: str
    media_type: str
    size: int
    """Bytes."""
    purpose: FilePurpose
    status: FileStatus
    error: str | None = None
    """Why it failed: a sentence."""
    note: str | None = None
    """What may be wrong with its text although it was read: a sentence."""
    created_at: float
    """Seconds since the Unix epoch."""
    place: FilePlace
    """Where it is searched. Its content is on this server in either case."""
    origin: str | None = None
    """Where it was read: `server · uri` if an MCP server gave it."""


class FilePage(FrozenModel):
    files: tuple[FileInfo, ...]
    """Newest first."""
    next_cursor: str | None = None


class FilesQuery(FrozenModel):
    purpose: FilePurpose = "knowledge"
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=100)


class UploadQuery(FrozenModel):
    purpose: Literal["knowledge", "attachment"]


class KnowledgeQuery(FrozenModel):
    purpose: Literal["knowledge"]


class RefusedFile(FrozenModel):
    """A part of an upload that was refused."""

    name: str
    code: str
    message: str


class UploadAnswer(FrozenModel):
    files: tuple[FileInfo, ...]
    refused: tuple[RefusedFile, ...] = ()


class FileLimits(FrozenModel):
    max_file_bytes: int
    max_files_per_message: int
    knowledge: tuple[str, ...]
    """Extensions of files that may be uploaded as knowledge, each with its dot."""
    attachment: tuple[str, ...]
    """Extensions of files that may be attached; pictures need none."""


class FilesDeleted(FrozenModel):
    deleted: int
