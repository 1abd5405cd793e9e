"""The sessions of all threads: a few, of which the least recently used makes room for a new one."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from backend.domain.errors import FilesUnavailable
from backend.domain.ids import FileId, OwnerId, ThreadId
from backend.tools.code_interpreter.limits import Limits
from backend.tools.code_interpreter.process import Gone, SandboxFailed
from backend.tools.code_interpreter.sandbox import Sandbox
from backend.tools.code_interpreter.session import Outcome, Session
from backend.waiting import cancel


@dataclass(frozen=True, slots=True)
class Input:
    """A file of the thread for the working folder."""

    file_id: FileId
    name: str
    lend: Callable[[], AbstractAsyncContextManager[Path]]
    """Lends a path with its bytes."""
    made_here: bool
    """Whether code of the thread made it, so that only a new session lacks it."""


@dataclass(eq=False, slots=True)
class _Place:
    """The place of a thread: its session, if there is one, used by one cell at a time."""

    session: Session | None = None
    present: dict[FileId, str] = field(default_factory=dict)
    """The files that were put into the folder, and their names there."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def in_use(self) -> bool:
        return self.session is not None or self.lock.locked()


class Sessions:
    """Starts sessions and keeps a spare one ready, at first the one given. `close` ends all."""

    def __init__(self, sandbox: Sandbox, limits: Limits, at_most: int, spare: Session) -> None:
        self._sandbox = sandbox
        self._limits = limits
        self._at_most = at_most
        self._running = asyncio.Semaphore(at_most)
        self._places: dict[ThreadId | OwnerId, _Place] = {}
        """Least recently used first."""
        self._spare: asyncio.Future[Session] | None = asyncio.get_running_loop().create_future()
        self._spare.set_result(spare)
        self._cells: set[asyncio.Task[tuple[Outcome, bool]]] = set()

    async def run(
        self,
        subject: ThreadId | OwnerId,
        inputs: Callable[[], Awaitable[Iterable[Input]]],
        code: str,
        show: Callable[[str], None],
        files: contextlib.ExitStack,
    ) -> tuple[Outcome, bool]:
        """Run a cell in the session of a thread, or in that of an owner for calls by hand.

        Returns the outcome, and whether the session is new. Cells of a session run one after the
        other, in the order of the calls. Cancelling stops the code, which may take a moment longer
        than this call. Raises `SandboxFailed`.
        """
        stop = asyncio.Event()

        def show_until_stopped(text: str) -> None:
            if not stop.is_set():
                show(text)

        cell = asyncio.create_task(
            self._run(subject, inputs, code, show_until_stopped, files, stop)
        )
        self._cells.add(cell)
        cell.add_done_callback(self._cells.discard)
        try:
            return await asyncio.shield(cell)
        except asyncio.CancelledError:
            stop.set()
            raise

    async def close(self) -> None:
        """Kill every process."""
        tasks: set[asyncio.Future[Session] | asyncio.Future[tuple[Outcome, bool]]] = {*self._cells}
        if self._spare is not None:
            tasks.add(self._spare)
        await cancel(tasks)
        spare = self._spare
        if spare is not None and not spare.cancelled() and spare.exception() is None:
            with contextlib.suppress(SandboxFailed):
                await spare.result().end()
        for place in self._places.values():
            await self._end(place)

    async def _run(
        self,
        subject: ThreadId | OwnerId,
        inputs: Callable[[], Awaitable[Iterable[Input]]],
        code: str,
        show: Callable[[str], None],
        files: contextlib.ExitStack,
        stop: asyncio.Event,
    ) -> tuple[Outcome, bool]:
        place = self._places.setdefault(subject, _Place())
        async with place.lock, self._running:
            if stop.is_set():
                return Outcome(stopped="the user stopped it"), False
            attached = await inputs()
            self._places.pop(subject, None)
            self._places[subject] = place
            fresh = place.session is None
            if place.session is None:
                await self._make_room()
                place.session = await self._new()
                place.present.clear()
            try:
                await self._put(place, place.session, attached, fresh)
                outcome = await place.session.run(code, show, files, stop)
            except FilesUnavailable:
                # Nothing has been sent.
                raise
            except Gone:
                outcome = Outcome(stopped="its process was gone", lost=True)
            except BaseException:
                # The state of the session is unknown.
                await self._end(place)
                raise
            if outcome.lost:
                await self._end(place)
            return outcome, fresh

    async def _put(
        self, place: _Place, session: Session, inputs: Iterable[Input], fresh: bool
    ) -> None:
        for file in inputs:
            if file.file_id in place.present:
                continue
            if file.made_here:
                name = PurePath(file.name).name
            else:
                name = unused(file.name, set(place.present.values()))
            place.present[file.file_id] = name
            if fresh or not file.made_here:
                # The file may have been deleted since.
                try:
                    async with file.lend() as path:
                        await session.put(name, path)
                except FileNotFoundError:
                    continue
                except FilesUnavailable:
                    del place.present[file.file_id]
                    raise

    async def _new(self) -> Session:
        """Returns the spare session if it lives, else a new one. Starts another spare."""
        spare, self._spare = self._spare, None
        try:
            if spare is not None:
                with contextlib.suppress(SandboxFailed):
                    session = await spare
                    if session.alive:
                        return session
            return await Session.start(self._sandbox, self._limits)
        finally:
            self._warm_up()

    def _warm_up(self) -> None:
        """Start a spare session, so that the next thread does not wait for libraries to load."""
        if self._spare is None:
            self._spare = asyncio.create_task(Session.start(self._sandbox, self._limits))

    async def _make_room(self) -> None:
        places = {id: place for id, place in self._places.items() if place.in_use}
        self._places = places
        having = [place for place in places.values() if place.session is not None]
        idle = [place for place in having if not place.lock.locked()]
        for place in idle[: max(0, len(having) + 1 - self._at_most)]:
            await self._end(place)

    async def _end(self, place: _Place) -> None:
        session, place.session = place.session, None
        if session is not None and session.alive:
            await session.end()


def unused(name: str, used: set[str]) -> str:
    """Returns a name that is not used: `data.csv`, else `data-2.csv` and so on."""
    path = PurePath(PurePath(name).name)
    candidate, number = path.name, 1
    while candidate in used:
        number += 1
        candidate = f"{path.stem}-{number}{path.suffix}"
    return candidate
