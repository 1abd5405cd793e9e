"""How a response ended, as the ending of a run."""

from backend.config.settings import Settings
from backend.domain.errors import UpstreamBroken, UpstreamError
from backend.domain.items import RunError, Usage
from backend.openai_client.failures import place, quote
from backend.upstreams.events import RunEnded
from backend.upstreams.responses.events import (
    Cancelled,
    ErrorBody,
    Failed,
    Incomplete,
    Terminal,
)
from backend.upstreams.responses.round import Round

_INCOMPLETE = {
    "max_output_tokens": "The answer reached its length limit. Ask it to go on, or for less.",
    "content_filter": "The provider's content filter stopped the answer. Ask differently.",
}

_RETRYABLE = {"server_error", "rate_limit_exceeded", "vector_store_timeout"}


def ended(
    terminal: Terminal, error: ErrorBody | None, usage: Usage | None, settings: Settings
) -> RunEnded:
    """The ending for a terminal event, whose own status wins where it says another thing."""
    response = terminal.response
    failed = isinstance(terminal, Failed) or response.status == "failed"
    if failed:
        return RunEnded("failed", _error(response.error or error, settings), usage)
    if isinstance(terminal, Cancelled) or response.status == "cancelled":
        return RunEnded("cancelled", usage=usage)
    if isinstance(terminal, Incomplete) or response.status == "incomplete":
        details = response.incomplete_details
        reason = (details.reason if details is not None else None) or "incomplete"
        message = _INCOMPLETE.get(reason, "The answer is incomplete. Ask it to go on.")
        return RunEnded("incomplete", RunError(code=reason, message=message), usage)
    return RunEnded("completed", usage=usage)


def usage_of(terminal: Terminal | None) -> Usage | None:
    """The tokens of one response, where the server counts them."""
    body = terminal.response.usage if terminal is not None else None
    if body is None:
        return None
    given, made = body.input_tokens or 0, body.output_tokens or 0
    reasoning, cached = body.output_tokens_details, body.input_tokens_details
    return Usage(
        input_tokens=given,
        output_tokens=made,
        total_tokens=body.total_tokens or given + made,
        reasoning_tokens=(reasoning.reasoning_tokens if reasoning else None) or 0,
        cached_tokens=(cached.cached_tokens if cached else None) or 0,
    )


def broke_off(
    translation: Round, failure: UpstreamError | None, usage: Usage | None, settings: Settings
) -> RunEnded:
    """The ending of a stream without a terminal event: an `error` event, if there was one.

    Raises `UpstreamBroken` for one that just stopped.
    """
    if translation.error is not None:
        return RunEnded("failed", _error(translation.error, settings), usage)
    raise failure or UpstreamBroken(
        f"{place(settings)} ended its stream before the answer was complete. Try again."
    )


def _error(error: ErrorBody | None, settings: Settings) -> RunError:
    where = place(settings)
    code = str((error.code or error.type) if error is not None else "") or "upstream_broken"
    said = quote(error.message, settings) if error is not None and error.message else ""
    if code == "insufficient_quota":
        return RunError(
            code="upstream_quota",
            message=f"The account behind the API key has no credit left at {where}. Add credit or "
            "use another key.",
        )
    retryable = code in _RETRYABLE or error is None
    advice = (
        "Try again in a moment." if retryable else "Change the message or the settings on /setup."
    )
    sentence = f"{where} could not answer: {said.rstrip('.')}." if said else f"{where} failed."
    return RunError(code=code, message=f"{sentence} {advice}", retryable=retryable)
