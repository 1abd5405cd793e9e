"""A file that this server knows: knowledge of the assistant, an attachment, or made by a tool."""

from dataclasses import dataclass
from typing import Literal

from backend.domain.ids import FileId, OwnerId, ThreadId
from backend.domain.items import Attachment

FilePurpose = Literal["knowledge", "attachment", "generated"]
"""`knowledge` is the assistant's; the other two are their owner's."""

FileStatus = Literal["in_progress", "completed", "failed"]
"""Of being taken in: read, indexed, or handed to the upstream."""

FilePlace = Literal["here", "upstream"]
"""Where a file is searched. Its bytes are here in either case."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """The copy of a file at an upstream."""

    base_url: str
    file_id: str
    store_id: str | None = None
    """The vector store that it was added to, where it was."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A row of `files`. The bytes lie in the data folder under the id alone."""

    id: FileId
    owner: OwnerId | None
    """None for knowledge, which is the server's."""
    thread_id: ThreadId | None
    """Of an attachment once it was sent, and of a generated file."""
    purpose: FilePurpose
    name: str
    """For display only: made safe, never used as a path."""
    media_type: str
    size: int
    """Bytes."""
    created_at: float
    status: FileStatus = "in_progress"
    error: str | None = None
    """Why it failed: a sentence."""
    place: FilePlace = "here"
    base_url: str | None = None
    """Of the upstream that searches it, where `place` is `upstream`."""

    @property
    def attachment(self) -> Attachment:
        return Attachment(
            file_id=self.id, name=self.name, media_type=self.media_type, size=self.size
        )

    @property
    def is_image(self) -> bool:
        """Whether it can be shown to a model, and in a page."""
        return self.media_type in IMAGE_TYPES


IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
