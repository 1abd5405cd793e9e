"""A file of this server: knowledge of the assistant, an attachment, or made by a tool."""

from dataclasses import dataclass
from typing import Literal

from backend.domain.ids import FileId, OwnerId, ThreadId
from backend.domain.items import Attachment

FilePurpose = Literal["knowledge", "attachment", "generated"]
"""`knowledge` belongs to the server, the other two to an owner."""

FileStatus = Literal["in_progress", "completed", "failed"]
"""How far the indexing of a file is, here or at the upstream."""

FilePlace = Literal["here", "upstream"]
"""Where a file is searched. Its content is here in either case."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """The copy of a file at an upstream."""

    base_url: str
    file_id: str
    store_id: str | None = None
    """The vector store that it was added to, if any."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A row of `files`. Its content is a file in the data folder, named by the id alone."""

    id: FileId
    owner: OwnerId | None
    """None for knowledge, which belongs to the server."""
    thread_id: ThreadId | None
    """The thread of an attachment that was sent, or of a generated file."""
    purpose: FilePurpose
    name: str
    """For display only: cleaned, and never used as a path."""
    media_type: str
    size: int
    """Bytes."""
    created_at: float
    status: FileStatus = "in_progress"
    error: str | None = None
    """Why it failed: a sentence."""
    note: str | None = None
    """What may be wrong with its text although it was read: a sentence."""
    place: FilePlace = "here"
    base_url: str | None = None
    """The upstream that searches it, where `place` is `upstream`."""

    @property
    def attachment(self) -> Attachment:
        return Attachment(
            file_id=self.id, name=self.name, media_type=self.media_type, size=self.size
        )

    @property
    def is_image(self) -> bool:
        """Whether a model and a page can show it."""
        return self.media_type in IMAGE_TYPES


IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
