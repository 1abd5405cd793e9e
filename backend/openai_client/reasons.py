"""Reasons that many servers give in many wordings, each told as one error with its advice.

The same for an answer with an error status and for an error inside a stream.
"""

import re
from typing import Final

from backend.config.settings import Settings
from backend.domain.errors import UpstreamError, UpstreamNotFound, UpstreamRefused
from backend.domain.items import RunError
from backend.openai_client.error_body import ErrorBody
from backend.openai_client.place import place, quote

CONTEXT_CODE: Final = "context_length_exceeded"
MODEL_MISSING_CODE: Final = "model_not_found"
QUOTA_CODE: Final = "upstream_quota"

_CONTEXT_WORD: Final = re.compile(
    r"context.{0,12}exceed|exceed.{0,12}context|prompt_too_long",
    re.IGNORECASE,
)
_CONTEXT: Final = re.compile(
    r"exceed\w*\b.{0,80}\bcontext|context\b.{0,80}\bexceed|context.{0,20}overflow"
    r"|(?:maximum|max|model'?s?|limited|available|greater than the|than the) context"
    r"|\b(?:prompt|input|conversation|messages?|request)s? (?:is|are|was) too (?:long|large)"
    r"|\b(?:prompt|input)\b.{0,60}\btoo (?:long|large|many tokens)"
    r"|reduce the (?:length|size|number) of .{0,20}(?:messages|prompt|input|tokens)"
    r"|tokens?\b.{0,60}\bexceed.{0,60}\b(?:maximum|limit|model|allowed)"
    r"|too many (?:input |prompt )?tokens|max_model_len",
    re.IGNORECASE | re.DOTALL,
)
_RATE: Final = re.compile(
    r"per (?:minute|min|hour|day|second)|\bTP[MD]\b|rate.?limit", re.IGNORECASE
)
_MODEL_WORD: Final = re.compile(
    r"model_?not_?(?:found|available|supported)|(?:invalid|unknown|unsupported)_?model"
    r"|DeploymentNotFound",
    re.IGNORECASE,
)
_MODEL: Final = re.compile(
    r"\bmodel\b.{0,120}?(?:not found|does ?n[o']t exist|not exist|not available|not loaded"
    r"|is not supported\b(?! with)|unknown\b|no longer available|has been deprecated)"
    r"|(?:unknown|invalid|no such|unsupported|unrecognized|cannot find|could not find|not a valid)"
    r" (?:the )?model\b"
    r"|no (?:healthy )?(?:deployments?|endpoints?|models?) (?:available|found|loaded)",
    re.IGNORECASE | re.DOTALL,
)
_QUOTA: Final = re.compile(r"insufficient_quota|billing_hard_limit|credit balance", re.IGNORECASE)

_RETRYABLE: Final = frozenset(
    {
        "server_error",
        "internal_error",
        "internal_server_error",
        "api_error",
        "overloaded_error",
        "rate_limit_exceeded",
        "rate_limit_error",
        "service_unavailable",
        "timeout",
        "vector_store_timeout",
    }
)
_CODES: Final = {
    401: "upstream_auth",
    403: "upstream_auth",
    404: "upstream_not_found",
    408: "upstream_timeout",
    429: "upstream_rate_limited",
}
"""Of errors whose own code is an HTTP status."""


def known_reason(
    error: ErrorBody, settings: Settings, status: int | None = None
) -> UpstreamError | None:
    """Returns our error for a reason that is known in whatever wording, else None."""
    where = place(settings)
    status = status or error.status
    words = quote(error.said, settings)
    ending = f": {words}" if words else "."
    named = f"{error.code or ''} {error.type or ''}"
    if _QUOTA.search(error.code or "") or status == 402 or _QUOTA.search(error.said):
        return UpstreamRefused(
            f"The account behind the API key has no credit left at {where}. Add credit or use "
            "another key.",
            code=QUOTA_CODE,
        )
    if status == 429 or _RATE.search(named) or _RATE.search(error.said):
        return None
    if _CONTEXT_WORD.search(named) or _CONTEXT.search(error.said):
        return UpstreamRefused(
            "This is too long for the model's context window. Send less, attach a long text as a "
            f"file, start a new chat, or choose a model with a larger one on /setup{ending}",
            code=CONTEXT_CODE,
        )
    if error.param == "model" or _MODEL_WORD.search(named) or _MODEL.search(error.said):
        return UpstreamNotFound(
            f"{where} does not have this model. Choose another one on /setup{ending}",
            code=MODEL_MISSING_CODE,
        )
    return None


def stream_failure(error: ErrorBody | None, settings: Settings) -> RunError:
    """Returns why a run failed, by what the server said within a stream that had begun well."""
    error = error or ErrorBody()
    if (known := known_reason(error, settings)) is not None:
        return RunError(code=known.error_code, message=known.message, retryable=known.retryable)
    status = error.status
    said = quote(error.said, settings).rstrip(".")
    retryable = error.word.lower() in _RETRYABLE or not error.word
    code = error.word or "upstream_broken"
    if status is not None:
        retryable = status in (408, 409, 429) or status >= 500
        code = _CODES.get(status, "upstream_broken" if status >= 500 else "upstream_refused")
    advice = (
        "Try again in a moment." if retryable else "Change the message or the settings on /setup."
    )
    where = place(settings)
    sentence = f"{where} could not answer: {said}." if said else f"{where} failed."
    return RunError(code=code, message=f"{sentence} {advice}", retryable=retryable)
