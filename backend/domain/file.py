"""A file of this server: knowledge of the assistant, an attachment, or the output of a tool."""

from dataclasses import dataclass
from typing import Literal

from backend.domain.ids import FileId, OwnerId, ThreadId
from backend.domain.parts import FilePart, ImagePart

FilePurpose = Literal["knowledge", "attachment", "generated"]
"""`knowledge` belongs to the server, the others to an owner."""

FileStatus = Literal["in_progress", "completed", "failed"]
"""The state of a file's indexing, on this server or at the upstream."""

FilePlace = Literal["here", "upstream"]
"""Which server indexes and searches a file. Its content is on this server in either case."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """The copy of a file at an upstream."""

    base_url: str
    file_id: str
    store_id: str | None = None
    """The vector store that holds the copy, if any."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A row of the table `files`. The content is in the data folder, in a file named by the id."""

    id: FileId
    owner: OwnerId | None
    """None for knowledge, which belongs to the server."""
    thread_id: ThreadId | None
    """The thread that the file is in. None for knowledge, for an attachment not sent yet, and for
    what a call by hand made."""
    purpose: FilePurpose
    name: str
    """A cleaned name, for display only. It is never used as a path."""
    media_type: str
    size: int
    """Bytes."""
    created_at: float
    status: FileStatus = "in_progress"
    error: str | None = None
    """A sentence that says why indexing failed."""
    note: str | None = None
    """A sentence that says what may be wrong with the extracted text."""
    place: FilePlace = "here"
    base_url: str | None = None
    """The upstream that searches the file if `place` is `upstream`."""
    origin: str | None = None
    """Where it was read, for people: `server · uri` if an MCP server gave it."""
    taken_by: str | None = None
    """Who has it indexed now."""

    @property
    def attachment(self) -> FilePart:
        """What a message that brings it says of it."""
        return FilePart(
            file_id=self.id,
            name=self.name,
            media_type=self.media_type,
            size=self.size,
            origin=self.origin,
        )

    @property
    def part(self) -> ImagePart | FilePart:
        """What an item says of it, if a tool or a model has made it."""
        kind = ImagePart if self.is_image else FilePart
        return kind(file_id=self.id, name=self.name, media_type=self.media_type, size=self.size)

    @property
    def is_image(self) -> bool:
        """Whether models and browsers can show the file as an image."""
        return self.media_type in IMAGE_TYPES


IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
