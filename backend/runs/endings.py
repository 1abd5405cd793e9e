"""The ways a run can end, each with a sentence that says what to do next."""

import time

from backend.domain.errors import AppError
from backend.domain.events import ItemDone, RunFinished
from backend.domain.items import ItemStatus, Run, RunError
from backend.live.thread_log import ThreadLog
from backend.upstreams.events import RunEnded


def close_run(live: ThreadLog, run: Run, ended: RunEnded) -> Run:
    """Close every open item of the run, emit its one `run.finished`, and return the ended run."""
    status: ItemStatus = "cancelled" if ended.status == "cancelled" else "incomplete"
    for item in live.open_items(run.id):
        live.append(ItemDone(item=item.model_copy(update={"status": status})))
    finished = run.model_copy(
        update={
            "status": ended.status,
            "error": ended.error,
            "usage": ended.usage or run.usage,
            "finished_at": time.time(),
        }
    )
    live.append(RunFinished(run=finished))
    return finished


def stopped() -> RunEnded:
    """The user asked the run to stop."""
    return RunEnded("cancelled")


def interrupted() -> RunEnded:
    """The server stopped while it worked on the run."""
    return _failed(
        "interrupted",
        "The server stopped during this answer. Try again to continue.",
        retryable=True,
    )


def timed_out(limit_s: float) -> RunEnded:
    return _failed(
        "run_timeout",
        f"The run took longer than {limit_s:g} seconds. Try again, or raise RUN_TIMEOUT_S.",
        retryable=True,
    )


def not_stored() -> RunEnded:
    """The store refused the run's changes."""
    return _failed(
        "not_stored",
        "The database refused a part of this answer, which therefore ends here; the server's log"
        " says why. Try again.",
        retryable=True,
    )


def too_many_rounds(limit: int) -> RunEnded:
    return _failed(
        "too_many_tool_rounds",
        f"The assistant asked for tools more than {limit} times in one run."
        " Ask a smaller question, or raise MAX_TOOL_ROUNDS.",
    )


def repeats_itself(times: int) -> RunEnded:
    return _failed(
        "repeated_tool_calls",
        f"The assistant got the same outputs {times} times in a row and asked for the same calls"
        " again, as if they did not reach it. Ask in another way, or choose another model or"
        " upstream on /setup.",
    )


def no_ending() -> RunEnded:
    """The upstream's stream ended in the middle of a round."""
    return _failed(
        "upstream_broken",
        "The upstream's answer broke off before its end. Try again.",
        retryable=True,
    )


def internal_error() -> RunEnded:
    return _failed(
        "internal_error",
        "Something went wrong in this server; see its log. Your message is kept. Try again.",
        retryable=True,
    )


def failed(error: AppError) -> RunEnded:
    """The run failed with this error."""
    return RunEnded(
        "failed",
        RunError(
            code=error.error_code,
            message=error.message,
            retryable=error.retryable,
            retry_after_s=error.retry_after_s,
        ),
    )


def _failed(code: str, message: str, *, retryable: bool = False) -> RunEnded:
    return RunEnded("failed", RunError(code=code, message=message, retryable=retryable))
