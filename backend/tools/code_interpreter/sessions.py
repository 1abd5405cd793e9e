"""The sessions of all threads: a handful, the least recently used one gives way to a new one."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from backend.domain.ids import FileId, ThreadId
from backend.tools.code_interpreter.limits import Limits
from backend.tools.code_interpreter.process import Gone, SandboxFailed
from backend.tools.code_interpreter.sandbox import Sandbox
from backend.tools.code_interpreter.session import Outcome, Session


@dataclass(frozen=True, slots=True)
class Input:
    """A file of the thread, as code is to find it."""

    file_id: FileId
    name: str
    path: Path
    made_here: bool
    """By code of the thread: it is in the folder already unless the session is new."""


@dataclass(eq=False, slots=True)
class _Place:
    """A thread's session, if it has one, used by one cell at a time."""

    session: Session | None = None
    present: dict[FileId, str] = field(default_factory=dict)
    """The names in the folder of files that were put there."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def in_use(self) -> bool:
        return self.session is not None or self.lock.locked()


class Sessions:
    """Starts sessions, keeps a spare one ready, ends them all with `close`."""

    def __init__(self, sandbox: Sandbox, limits: Limits, at_most: int) -> None:
        self._sandbox = sandbox
        self._limits = limits
        self._at_most = at_most
        self._running = asyncio.Semaphore(at_most)
        self._places: dict[ThreadId, _Place] = {}
        """Least recently used first."""
        self._spare: asyncio.Task[Session] | None = None
        self._cells: set[asyncio.Task[tuple[Outcome, bool]]] = set()

    def warm_up(self) -> None:
        """Have a session ready, so that a first cell need not wait for its libraries."""
        if self._spare is None:
            self._spare = asyncio.create_task(Session.start(self._sandbox, self._limits))

    async def run(
        self,
        thread_id: ThreadId,
        inputs: Callable[[], Awaitable[Iterable[Input]]],
        code: str,
        show: Callable[[str], None],
        folder: Path,
    ) -> tuple[Outcome, bool]:
        """Run a cell in the thread's session; answers what came of it, and whether that is new.

        Cells of a thread run one after the other, in the order of the calls. When this is
        cancelled the code is stopped, which goes on for a moment. Raises `SandboxFailed`.
        """
        stop = asyncio.Event()

        def show_until_stopped(text: str) -> None:
            if not stop.is_set():
                show(text)

        cell = asyncio.create_task(
            self._run(thread_id, inputs, code, show_until_stopped, folder, stop)
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
        tasks: set[asyncio.Task[Session] | asyncio.Task[tuple[Outcome, bool]]] = set(self._cells)
        if self._spare is not None:
            tasks.add(self._spare)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(asyncio.CancelledError, SandboxFailed):
            if self._spare is not None:
                await (await self._spare).end()
        for place in self._places.values():
            await self._end(place)

    async def _run(
        self,
        thread_id: ThreadId,
        inputs: Callable[[], Awaitable[Iterable[Input]]],
        code: str,
        show: Callable[[str], None],
        folder: Path,
        stop: asyncio.Event,
    ) -> tuple[Outcome, bool]:
        place = self._places.setdefault(thread_id, _Place())
        async with place.lock, self._running:
            if stop.is_set():
                return Outcome(stopped="the user stopped it"), False
            files = await inputs()
            self._places.pop(thread_id, None)
            self._places[thread_id] = place
            fresh = place.session is None
            if place.session is None:
                await self._make_room()
                place.session = await self._new()
                place.present.clear()
            try:
                await self._put(place, place.session, files, fresh)
                outcome = await place.session.run(code, show, folder, stop)
            except Gone:
                outcome = Outcome(stopped="its process was gone", lost=True)
            except BaseException:
                # Nobody knows how far it came.
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
                # What was deleted since then is not there any more.
                with contextlib.suppress(FileNotFoundError):
                    await session.put(name, file.path)

    async def _new(self) -> Session:
        """The spare one if there is one that lives, and soon there is another."""
        spare, self._spare = self._spare, None
        try:
            if spare is not None:
                with contextlib.suppress(SandboxFailed):
                    session = await spare
                    if session.alive:
                        return session
            return await Session.start(self._sandbox, self._limits)
        finally:
            self.warm_up()

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
    """`data.csv`, or `data-2.csv` where there is one already."""
    path = PurePath(PurePath(name).name)
    candidate, number = path.name, 1
    while candidate in used:
        number += 1
        candidate = f"{path.stem}-{number}{path.suffix}"
    return candidate
