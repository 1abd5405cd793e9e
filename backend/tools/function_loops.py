"""The event loops of async functions: one per file, each in a thread of its own.

A function that blocks its loop, by `time.sleep` or a long calculation, holds up the async functions of
its own file that have begun, and nobody else. It is named in the log; calls that have not begun by
then, and those that come later, get a new loop.
"""

import asyncio
import inspect
import logging
import selectors
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any, Final, TypeVar

import httpx2

from backend.tools.function import Function
from backend.waiting import cancel

T = TypeVar("T")
Entry = Function[..., Any]

logger = logging.getLogger(__name__)

BLOCKED_S: Final = 1.0
"""How long a loop may not answer before its function is named."""
CLEANUP_S: Final = 1.0
"""How long a cancelled function may take to clean up."""
MAX_BLOCKED: Final = 8
"""How many blocked loops a file may leave behind, each of which keeps a thread."""
HTTP_TIMEOUT_S: Final = 5.0

_current: ContextVar["FunctionLoop"] = ContextVar("function_loop")


def http_client() -> httpx2.AsyncClient:
    """Returns the client of the loop that the calling function runs on."""
    loop = _current.get(None)
    if loop is None:
        raise RuntimeError("`context.http` is for `async def`; in `def` use a client of your own.")
    return loop.http


class FunctionLoops:
    def __init__(self, blocked_s: float = BLOCKED_S) -> None:
        self._blocked_s = blocked_s
        self._loops: dict[str, list[FunctionLoop]] = {}
        """By file. The last one takes calls; those before it are blocked, or end."""

    async def run(self, entry: Entry, work: Callable[[], Awaitable[T]]) -> T:
        """Returns or raises what `work` does on the loop of the function's file.

        Cancelling waits for a moment until the work has ended. `SystemExit` and the like are raised
        as `RuntimeError`, since they end only the work.
        """
        while True:
            try:
                return await self._loop_of(entry.implementation.__module__).run(entry, work)
            except NotBegun:
                continue

    def _loop_of(self, file: str) -> "FunctionLoop":
        loops = self._loops[file] = [loop for loop in self._loops.get(file, ()) if loop.is_alive]
        if not loops or loops[-1].is_blocked:
            if len(loops) == MAX_BLOCKED:
                raise RuntimeError(f"{MAX_BLOCKED} calls of this file's functions block a thread.")
            if loops:
                loops[-1].retire()
            loops.append(FunctionLoop(file, self._blocked_s))
        return loops[-1]

    async def close(self) -> None:
        loops = [loop for of_file in self._loops.values() for loop in of_file]
        await asyncio.gather(*(loop.close() for loop in loops))


class NotBegun(Exception):
    """The loop is blocked, and the work was not begun there: another loop may do it."""


class Beginning:
    """Of a call: either its loop begins it, or it is taken back before."""

    def __init__(self, taken_back: "asyncio.Future[None]") -> None:
        self.taken_back = taken_back
        """Is done once it is; of the loop that waits for the call."""
        self.has_begun = False
        self._lock = threading.Lock()

    def begin(self) -> None:
        """Raises `CancelledError` if it was taken back."""
        with self._lock:
            if self.taken_back.done():
                raise asyncio.CancelledError
            self.has_begun = True

    def take_back(self) -> None:
        with self._lock:
            if not self.has_begun and not self.taken_back.done():
                self.taken_back.set_result(None)


class FunctionLoop:
    def __init__(self, file: str, blocked_s: float) -> None:
        self.is_blocked = False
        self._blocked_s = blocked_s
        self._calls: Counter[Entry] = Counter()
        self._beginnings: set[Beginning] = set()
        self._watch: asyncio.Task[None] | None = None
        self._retired = False
        self._http: httpx2.AsyncClient | None = None
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._loop = self._runner.get_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._serve, name=f"functions {file}", daemon=True)
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def http(self) -> httpx2.AsyncClient:
        if self._http is None:
            self._http = httpx2.AsyncClient(timeout=HTTP_TIMEOUT_S)
        return self._http

    async def run(self, entry: Entry, work: Callable[[], Awaitable[T]]) -> T:
        """Raises `NotBegun` where the loop turns out to be blocked."""
        ours = asyncio.get_running_loop()
        beginning = Beginning(ours.create_future())
        ended = ours.create_future()

        async def guarded() -> T:
            beginning.begin()
            _current.set(self)
            try:
                return await work()
            except (asyncio.CancelledError, Exception):
                raise
            except BaseException as error:
                raise RuntimeError(repr(error)) from error
            finally:
                _tell(ours, ended)

        self._calls[entry] += 1
        if self._watch is None:
            self._watch = asyncio.create_task(self._notice_blocking())
        calling = asyncio.wrap_future(asyncio.run_coroutine_threadsafe(guarded(), self._loop))
        self._beginnings.add(beginning)
        try:
            await asyncio.wait((calling, beginning.taken_back), return_when=asyncio.FIRST_COMPLETED)
            if beginning.taken_back.done():
                raise NotBegun
            return calling.result()
        except asyncio.CancelledError:
            beginning.take_back()
            calling.cancel()
            if beginning.has_begun:
                await asyncio.wait((ended,), timeout=CLEANUP_S)
                self.is_blocked = self.is_blocked or not ended.done()
            raise
        finally:
            self._beginnings.discard(beginning)
            self._calls -= Counter({entry: 1})
            if not self._calls:
                self._watch.cancel()
                self._watch = None
                if self._retired:
                    self._stop()

    def retire(self) -> None:
        """Take no more calls, and end once there are none."""
        self._retired = True
        if not self._calls:
            self._stop()

    async def close(self) -> None:
        if self._watch is not None:
            await cancel([self._watch])
        self._stop()
        await asyncio.to_thread(self._thread.join, CLEANUP_S)

    def _stop(self) -> None:
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._stopping.set)

    def _serve(self) -> None:
        with self._runner as runner:
            runner.run(self._until_stopped())

    async def _until_stopped(self) -> None:
        await self._stopping.wait()
        if self._http is not None:
            await self._http.aclose()

    async def _notice_blocking(self) -> None:
        """Asks the loop for an answer again and again, as long as there are calls."""
        ours = asyncio.get_running_loop()
        while True:
            answered = ours.create_future()
            self._loop.call_soon_threadsafe(_tell, ours, answered)
            await asyncio.wait((answered,), timeout=self._blocked_s)
            if not answered.done() and self._name_blocking():
                self.is_blocked = True
                for beginning in tuple(self._beginnings):
                    beginning.take_back()
                await answered
                self.is_blocked = False
            await asyncio.sleep(self._blocked_s)

    def _name_blocking(self) -> bool:
        """Log which function the thread is in. Returns False if it is idle, and only slow to wake."""
        innermost = sys._current_frames().get(self._thread.ident or 0)
        if innermost is None or innermost.f_code.co_filename == selectors.__file__:
            return False
        names = {
            getattr(inspect.unwrap(entry.implementation), "__code__", None): entry.spec.name
            for entry in self._calls
        }
        on_stack = (frame.f_code for frame, _ in traceback.walk_stack(innermost))
        logger.warning(
            "Function %s blocks its event loop at %s:%d: all calls of async functions of its file "
            "wait. Declare it with `def`, which runs in a thread, or await what takes long.",
            next((names[code] for code in on_stack if code in names), " or ".join(names.values())),
            innermost.f_code.co_filename,
            innermost.f_lineno,
        )
        return True


def _tell(loop: asyncio.AbstractEventLoop, future: "asyncio.Future[None]") -> None:
    """Resolve a future of another thread's loop."""

    def resolve() -> None:
        if not future.done():
            future.set_result(None)

    with suppress(RuntimeError):  # That loop is closed.
        loop.call_soon_threadsafe(resolve)
