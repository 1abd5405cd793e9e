"""The toolbox: all functions of this server, and the one way to call them."""

import asyncio
import inspect
import json
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from pydantic_core import from_json

from backend.config.redaction import redact_beginning, redact_known, secrets_of
from backend.config.settings import Settings
from backend.domain.action import Action
from backend.domain.locale import DEFAULT
from backend.domain.parts import JsonPart, TextPart
from backend.domain.text import clean_text
from backend.domain.time_zone import time_zone
from backend.tools.asking import Asks
from backend.tools.discovery import Discovery, FunctionProblem, FunctionSources
from backend.tools.form import Form
from backend.tools.function import Function, FunctionSpec
from backend.tools.function_loops import FunctionLoops, http_client
from backend.tools.media import Output
from backend.tools.output import UnusableOutput, as_outputs
from backend.tools.parameters import InvalidArguments
from backend.tools.result_cache import ResultCache
from backend.tools.tool_context import (
    ReportProgress,
    ThreadFile,
    ToolContext,
    unseen,
)
from backend.tools.tool_error import MAX_ERROR_CHARS, ToolError, error_text
from backend.tools.workers import Workers

logger = logging.getLogger(__name__)

MAX_THREADS = 32
"""Of one function: some that hang hold up no other."""


@dataclass(frozen=True, slots=True)
class FunctionResult:
    """The result of a call. If `error` is set, `outputs` tell the model what went wrong."""

    outputs: tuple[Output, ...]
    error: str | None = None
    asks: Form | None = None
    """What the function asks somebody before it goes on. `outputs` are for those who ask nobody."""


class Toolbox:
    """Holds functions by name. Whatever goes wrong in a call becomes its output."""

    def __init__(
        self,
        functions: Iterable[Function[..., Any]],
        settings: Settings,
        *,
        timeout_s: float | None = None,
        output_limit_bytes: int | None = None,
        current: Callable[[], Settings] | None = None,
    ) -> None:
        """Limits default to the settings. `current` returns the settings of the moment, whose
        secrets are removed as well."""
        self.offer(Discovery(tuple(functions), ()))
        self._settings = settings
        self._current = current or (lambda: settings)
        self._timeout_s = timeout_s or settings.tool_timeout_s
        self._output_limit_bytes = output_limit_bytes or settings.tool_output_limit_bytes
        self._workers: defaultdict[str, Workers] = defaultdict(lambda: Workers(MAX_THREADS))
        self._loops = FunctionLoops()

    @classmethod
    def discover(cls, settings: Settings) -> "Toolbox":
        """Returns a toolbox with the functions of all sources."""
        toolbox = cls((), settings)
        toolbox.offer(FunctionSources(settings.functions_dir).discover())
        return toolbox

    def offer(self, discovery: Discovery) -> None:
        """Offer these functions from now on. Calls that were begun go on with what they began."""
        self._functions = {entry.spec.name: entry for entry in discovery.functions}
        self._gates = {
            entry: asyncio.Semaphore(entry.options.at_once)
            for entry in discovery.functions
            if entry.options.at_once is not None
        }
        self._results = ResultCache[FunctionResult]()
        self.offered = discovery

    def specs(self) -> tuple[FunctionSpec, ...]:
        """Returns the descriptions of all functions, sorted by name."""
        return tuple(entry.spec for entry in self.functions())

    def functions(self) -> tuple[Function[..., Any], ...]:
        """Returns all functions, sorted by name."""
        return tuple(self._functions[name] for name in sorted(self._functions))

    def origin(self, entry: Function[..., Any]) -> str:
        """Returns where a function comes from, with the line of its file, such as `dice.py:12`."""
        code = getattr(inspect.unwrap(entry.implementation), "__code__", None)
        source = self.offered.sources.get(entry.spec.name)
        if code is None or source is None:
            return source or entry.implementation.__module__
        return f"{source}:{code.co_firstlineno}"

    def problems(self) -> tuple[FunctionProblem, ...]:
        """Returns why files and functions are left out, without any secret."""
        secrets = self._secrets()
        return tuple(
            replace(
                problem, error=clean_text(redact_beginning(problem.error, secrets, MAX_ERROR_CHARS))
            )
            for problem in self.offered.problems
        )

    def __getitem__(self, name: str) -> Function[..., Any]:
        return self._functions[name]

    def context(
        self,
        thread_id: str,
        run_id: str,
        timezone: str,
        now: datetime | None = None,
        *,
        locale: str = DEFAULT,
        function: str = "unknown",
        files: tuple[ThreadFile, ...] = (),
        progress: ReportProgress = unseen,
        decided: tuple[Action, ...] = (),
    ) -> ToolContext:
        """Returns the context for one call of a function. An unknown time zone counts as UTC.

        `decided` is what the call asked when it was made before.
        """
        zone = time_zone(timezone)
        return ToolContext(
            thread_id=thread_id,
            run_id=run_id,
            timezone=zone.key,
            now=(now or datetime.now(UTC)).astimezone(zone),
            locale=locale,
            settings=self._settings,
            logger=logging.getLogger(f"backend.function.{function}"),
            _http=http_client,
            files=files,
            progress=progress,
            _asks=Asks(decided, partial(redact_known, secrets=self._secrets())),
        )

    async def call(
        self, entry: Function[..., Any], arguments: str, context: ToolContext
    ) -> FunctionResult:
        """Call a function with JSON text. Raises only `CancelledError`.

        A failure becomes the output `{"error": {"code", "message"}}`, for the model.
        """
        name = entry.spec.name
        try:
            keywords = entry.parameters.parse(arguments)
        except InvalidArguments as error:
            return self._failure(error.code, str(error))
        if entry.parameters.context_name is not None:
            keywords[entry.parameters.context_name] = context
        cache_s = entry.options.cache_s
        key = None if cache_s is None else _key(entry, arguments, context)
        known = None if cache_s is None else self._results.get(key, cache_s)
        if known is not None:
            return known
        timeout_s = entry.options.timeout_s or self._timeout_s
        deadline = asyncio.timeout(timeout_s)
        try:
            async with self._gates.get(entry, nullcontext()), deadline:
                outputs = await self._run(entry, keywords)
        except ToolError as error:
            return self._failure("function_error", str(error))
        except UnusableOutput as error:
            logger.warning("Function %s: %s", name, error)
            return self._failure(error.code, str(error))
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # The function cancelled itself: nothing has cancelled this task.
            return self._failure("function_failed", f"{name} was cancelled from within.")
        except (Exception, SystemExit) as error:
            if context.open_question is not None:
                return self._asking(name, context.open_question)
            if isinstance(error, TimeoutError) and deadline.expired():
                logger.warning("Function %s took longer than %g s", name, timeout_s)
                return self._failure("timeout", f"{name} took longer than {timeout_s:g} s.")
            logger.exception("Function %s failed", name)
            return self._failure("function_failed", f"{name} failed. {error_text(error)}")
        finally:
            context.end()
        if context.open_question is not None:
            # The function has caught what was to end it.
            return self._asking(name, context.open_question)
        result = FunctionResult(outputs)
        if cache_s is not None and not (context.saved or context.has_asked) and _is_plain(outputs):
            self._results.put(key, result)
        return result

    async def close(self) -> None:
        await self._loops.close()

    async def _run(self, entry: Function[..., Any], keywords: dict[str, Any]) -> tuple[Output, ...]:
        """Returns the outputs. They are encoded in a thread: it may take long, or never end."""
        name = entry.spec.name
        limit_bytes = entry.options.output_limit_bytes or self._output_limit_bytes
        # What looks like a key may be what the function is for; a secret of ours never is.
        redacted = partial(redact_known, secrets=self._secrets())

        def in_thread() -> tuple[Output, ...] | Awaitable[Any]:
            value = entry(**keywords)
            if inspect.isawaitable(value):
                return value
            return as_outputs(value, limit_bytes, redacted)

        if entry.is_async:
            value = await self._loops.run(entry, lambda: entry(**keywords))
        else:
            returned = await self._workers[name].run(in_thread, name)
            if isinstance(returned, tuple):
                return returned
            value = await self._loops.run(entry, lambda: returned)
        encode = partial(as_outputs, value, limit_bytes, redacted)
        return await self._workers[name].run(encode, name)

    def _asking(self, name: str, question: Form) -> FunctionResult:
        alone = self._failure(
            "nobody_to_ask", f"{name} asks {question.message!r}, and nobody can be asked here."
        )
        return replace(alone, asks=question)

    def _secrets(self) -> set[str]:
        return {*secrets_of(self._settings), *secrets_of(self._current())}

    def _failure(self, code: str, message: str) -> FunctionResult:
        """Returns the result of a call that came to nothing. `code` is for the model."""
        message = clean_text(redact_beginning(message, self._secrets(), MAX_ERROR_CHARS))
        return FunctionResult((problem(code, message),), message)


def _key(entry: Function[..., Any], arguments: str, context: ToolContext) -> Hashable:
    """Returns what equal calls have in common."""
    given = json.dumps(from_json(arguments.strip() or b"{}"), sort_keys=True)
    if entry.parameters.context_name is None:
        return entry, given
    files = tuple(file.id for file in context.files)
    return entry, given, context.thread_id, context.timezone, context.locale, files


def _is_plain(outputs: Iterable[Output]) -> bool:
    return all(isinstance(output, TextPart | JsonPart) for output in outputs)


def problem(code: str, message: str) -> JsonPart:
    """Returns what the model is told of a failure."""
    return JsonPart(value={"error": {"code": code, "message": message}})
