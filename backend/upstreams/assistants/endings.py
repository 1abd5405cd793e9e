"""How a remote run ended: our ending, with a sentence that says what to do.

https://platform.openai.com/docs/api-reference/runs/object
"""

from typing import Final

from backend.config.settings import Settings
from backend.domain.items import RunError
from backend.domain.usage import Usage
from backend.openai_client.error_body import ErrorBody
from backend.openai_client.place import quote
from backend.openai_client.reasons import known_reason
from backend.upstreams.assistants.events import ErrorObject, RunObject
from backend.upstreams.events import RunEnded

ACTIVE_STATUSES: Final = frozenset({"queued", "in_progress", "requires_action", "cancelling"})

_INCOMPLETE: Final = {
    "max_completion_tokens": (
        "The answer reached the assistant's limit of completion tokens. Ask it to go on, or raise"
        " the limit."
    ),
    "max_prompt_tokens": (
        "The conversation reached the assistant's limit of prompt tokens. Start a new chat, or"
        " raise the limit."
    ),
    "content_filter": ("The upstream's content filter stopped the answer. Ask differently."),
}

# The run's code: ours, whether sending again may help, and what to do.
_FAILED: Final = {
    "rate_limit_exceeded": (
        "upstream_rate_limited",
        True,
        "The upstream's rate limit or quota is used up. Wait a moment, or check the account's plan"
        " and billing, then send again",
    ),
    "server_error": (
        "upstream_broken",
        True,
        "The upstream had an error while answering. Send again in a moment",
    ),
    "invalid_prompt": (
        "upstream_refused",
        False,
        "The upstream refused this conversation as it is. Change the message, or start a new chat",
    ),
}
_FAILED_OTHERWISE: Final = ("upstream_error", True, "The upstream could not finish the answer")


def ended(run: RunObject, usage: Usage | None, settings: Settings) -> RunEnded | None:
    """Returns the ending of a run whose status is terminal, else None."""
    match run.status:
        case "completed":
            return RunEnded("completed", usage=usage)
        case "incomplete":
            reason = (run.incomplete_details.reason if run.incomplete_details else None) or ""
            message = _INCOMPLETE.get(
                reason, "The upstream stopped before the answer was whole. Ask it to go on."
            )
            return RunEnded(
                "incomplete", RunError(code=reason or "incomplete", message=message), usage
            )
        case "failed":
            return RunEnded("failed", _failure(run.last_error or ErrorBody(), settings), usage)
        case "cancelled":
            return RunEnded("cancelled", usage=usage)
        case "expired":
            return RunEnded("expired", EXPIRED, usage)
        case _:
            return None


EXPIRED: Final = RunError(
    code="run_expired",
    message="The upstream gave up on this run, since it took too long. Send again.",
    retryable=True,
)


def broken_off(error: ErrorObject, usage: Usage | None, settings: Settings) -> RunEnded:
    """Returns the ending of a run whose stream brought an `error` event."""
    return RunEnded("failed", _failure(error.body, settings), usage)


def asked_for_nothing(usage: Usage | None) -> RunEnded:
    """Returns the ending of a run that waits for outputs of calls it does not name."""
    message = "The upstream asked for tool outputs but named no call. Send again."
    return RunEnded(
        "failed", RunError(code="upstream_broken", message=message, retryable=True), usage
    )


def _failure(error: ErrorBody, settings: Settings) -> RunError:
    if (known := known_reason(error, settings)) is not None:
        return RunError(code=known.error_code, message=known.message, retryable=known.retryable)
    code, retryable, sentence = _FAILED.get(error.word, _FAILED_OTHERWISE)
    said = quote(error.said, settings)
    return RunError(
        code=code, message=f"{sentence}: {said}" if said else f"{sentence}.", retryable=retryable
    )
