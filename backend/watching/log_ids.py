"""Whose work a line of the log is about: ids that a task has, and all that it starts."""

from contextlib import AbstractContextManager
from contextvars import ContextVar

from backend.watching.steps import Commanded, Requested, Step, Working
from backend.watching.watch import Watch

_IDS: ContextVar[dict[str, str]] = ContextVar("ids", default={})  # noqa: B039 - never changed


def ids() -> dict[str, str]:
    """Returns `request_id`, `thread_id` and `run_id`, as far as there are any."""
    return _IDS.get()


class LogIds(Watch):
    """Remembers the ids of each step.

    They are not forgotten at its end, but with its task: what it raises is often logged outside.
    """

    def during(self, step: Step) -> AbstractContextManager[None]:
        match step:
            case Requested():
                _IDS.set(_given(request_id=step.request_id, thread_id=step.thread_id))
            case Commanded():
                _IDS.set(ids() | _given(thread_id=step.thread_id))
            case Working():
                _IDS.set(ids() | _given(thread_id=step.thread_id, run_id=step.run_id))
            case _:
                pass
        return super().during(step)


def _given(**values: str | None) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}
