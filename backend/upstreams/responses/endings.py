"""How a response ended, as the ending of a run."""

from backend.config.settings import Settings
from backend.domain.errors import UpstreamBroken, UpstreamError
from backend.domain.items import RunError
from backend.domain.usage import Usage
from backend.openai_client.place import place
from backend.openai_client.reasons import stream_failure
from backend.upstreams.endings import INCOMPLETE, empty_answer, tokens_of
from backend.upstreams.events import RunEnded
from backend.upstreams.responses.events import (
    Cancelled,
    Failed,
    Incomplete,
    Terminal,
)
from backend.upstreams.responses.round import Round


def ended(
    terminal: Terminal,
    translation: Round,
    usage: Usage | None,
    settings: Settings,
    *,
    shows: bool,
) -> RunEnded:
    """Returns the ending for a terminal event, whose own status wins where it says another thing.

    `shows` tells whether the run had more to show than reasoning.
    """
    response = terminal.response
    failed = isinstance(terminal, Failed) or response.status == "failed"
    if failed:
        error = response.error or translation.error
        return RunEnded("failed", stream_failure(error, settings), usage)
    if isinstance(terminal, Cancelled) or response.status == "cancelled":
        return RunEnded("cancelled", usage=usage)
    if isinstance(terminal, Incomplete) or response.status == "incomplete":
        details = response.incomplete_details
        reason = (details.reason if details is not None else None) or "incomplete"
        message = INCOMPLETE.get(reason, "The answer is incomplete. Ask it to go on.")
        return RunEnded("incomplete", RunError(code=reason, message=message), usage)
    if not shows:
        if translation.error is not None:
            return RunEnded("failed", stream_failure(translation.error, settings), usage)
        return empty_answer(usage)
    return RunEnded("completed", usage=usage)


def usage_of(terminal: Terminal | None) -> Usage | None:
    """Returns the tokens of one response, where the server counts them."""
    body = terminal.response.usage if terminal is not None else None
    if body is None:
        return None
    reasoning, cached = body.output_tokens_details, body.input_tokens_details
    return tokens_of(
        body.input_tokens,
        body.output_tokens,
        body.total_tokens,
        reasoning=reasoning.reasoning_tokens if reasoning else None,
        cached=cached.cached_tokens if cached else None,
    )


def broke_off(
    translation: Round, failure: UpstreamError | None, usage: Usage | None, settings: Settings
) -> RunEnded:
    """Returns the ending of a stream that told an error and no terminal event.

    Raises `UpstreamBroken` for one that just stopped.
    """
    if translation.error is not None:
        return RunEnded("failed", stream_failure(translation.error, settings), usage)
    raise failure or UpstreamBroken(
        f"{place(settings)} ended its stream before the answer was complete. Try again."
    )
