"""What a call of a function may know of its run, and what it may use."""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, BinaryIO, Protocol, TypeVar, overload

import httpx2

from backend.config.settings import Settings
from backend.domain.ids import FileId, new_file_id
from backend.tools.asking import Asks
from backend.tools.form import Form
from backend.tools.media import MAX_OUTPUTS, File, Image, MediaRefused, held
from backend.tools.tool_error import ToolError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ThreadFile:
    """A file of the chat, to read: what was attached, what tools and models made."""

    id: FileId
    name: str
    media_type: str
    size: int
    """Bytes."""
    _open: Callable[[], BinaryIO] = field(repr=False)

    def open(self) -> BinaryIO:
        """Raises `ToolError` if the file is gone."""
        try:
            return self._open()
        except FileNotFoundError:
            raise ToolError(f"{self.name} was deleted.") from None

    def read_bytes(self) -> bytes:
        with self.open() as file:
            return file.read()

    def read_text(self, encoding: str = "utf-8-sig") -> str:
        """Raises `ToolError` if the content is not text of that encoding."""
        try:
            return self.read_bytes().decode(encoding)
        except UnicodeDecodeError:
            raise ToolError(f"{self.name} is not text in {encoding}.") from None


@dataclass(frozen=True, slots=True)
class SavedFile:
    """A file that is kept once the call has ended well."""

    id: FileId
    name: str
    url: str
    """Its address on this server, from the root."""


class ReportProgress(Protocol):
    def __call__(self, fraction: float | None = None, message: str | None = None) -> None:
        """`fraction` is from 0 to 1, None if it is unknown; `message` says what is being done."""
        ...


def unseen(fraction: float | None = None, message: str | None = None) -> None:
    """Where nobody looks."""


@dataclass(frozen=True, slots=True)
class ToolContext:
    """The context of one call."""

    thread_id: str
    """Empty for a call by hand, which belongs to no chat and has no files."""
    run_id: str
    timezone: str
    """IANA name of the visitor's time zone, `UTC` if unknown."""
    now: datetime
    """In the visitor's time zone."""
    locale: str
    """The visitor's language and region, such as `pt-BR`."""
    settings: Settings
    logger: logging.Logger
    """Its lines go to the server's log, without our secrets."""
    _http: Callable[[], httpx2.AsyncClient] = field(repr=False)
    files: tuple[ThreadFile, ...] = ()
    """The files of the chat, oldest first."""
    progress: ReportProgress = unseen
    """Shows in the card how far the call is: `progress(0.5, "Halfway")`. May be called from a thread
    as well, and as often as one likes."""
    _asks: Asks = field(default_factory=Asks, repr=False)
    _saved: dict[FileId, Image | File] = field(default_factory=dict, init=False, repr=False)

    _over: threading.Event = field(default_factory=threading.Event, init=False, repr=False)

    @property
    def http(self) -> httpx2.AsyncClient:
        """A client for calls to other services, for `async def`. Raises `RuntimeError` in `def`."""
        return self._http()

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits any more: the user has stopped the run, or the time is over.

        An `async def` is cancelled by itself; a `def` that takes long looks now and then.
        """
        return self._over.is_set()

    @property
    def today(self) -> date:
        return self.now.date()

    def file(self, name: str) -> ThreadFile:
        """Returns the newest file of that name, or id. Raises `ToolError` if there is none."""
        found = [file for file in self.files if name in (file.name, file.id)]
        if found:
            return found[-1]
        names = ", ".join(dict.fromkeys(file.name for file in self.files)) or "none"
        raise ToolError(f"There is no file {name!r} in this chat. There are: {names}.")

    def save_file(self, file: Image | File) -> SavedFile:
        """Have a file kept with the output, and return its address at once.

        It is read now, kept once the call has ended well, and shown below the card. May be called
        up to 20 times, from a thread as well. Raises `ToolError` for a file that cannot be kept.
        """
        if len(self._saved) == MAX_OUTPUTS:
            raise ToolError(f"A call saves at most {MAX_OUTPUTS} files.")
        try:
            kept = held(file, self.settings.max_file_bytes)
        except MediaRefused as error:
            raise ToolError(str(error)) from error
        file_id = new_file_id()
        self._saved[file_id] = kept
        url = f"{self.settings.root_path}/api/files/{file_id}/content"
        return SavedFile(file_id, kept.name or "file", url)

    @overload
    def ask(self, question: str) -> str: ...

    @overload
    def ask(self, question: str, answer: type[T]) -> T: ...

    @overload
    def ask(self, question: str, answer: Any) -> Any: ...

    def ask(self, question: str, answer: Any = str) -> Any:
        """Ask the user, and return the answer: a text, or whatever type pydantic describes. Of a model
        each field is asked for.

        There is no `await`, in `async def` either: a question without an answer ends the call,
        which waits as long as it takes, over any restart. Then **the function is called again from its
        start**, with the same arguments, and this returns the answer. So what comes before a question
        is done again: ask first, then act. Raises `Declined` if the user skips the question or nobody
        answers in time, and `ToolError` after 20 questions.
        """
        return self._asks.ask(question, answer)

    def confirm(self, question: str) -> None:
        """Go on only if the user says yes. As `ask`, with a yes or a no: raises `Declined`."""
        self._asks.confirm(question)

    @property
    def has_asked(self) -> bool:
        """Whether its output depends on what somebody decided."""
        return self._asks.count > 0

    @property
    def open_question(self) -> Form | None:
        """What the function has asked that nobody has answered."""
        return self._asks.open

    def end(self) -> None:
        """Nobody waits for the call any more."""
        self._over.set()

    @property
    def saved(self) -> Mapping[FileId, Image | File]:
        """What `save_file` got, by the ids that it promised."""
        return self._saved
