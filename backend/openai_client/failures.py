"""What went wrong at an upstream, as one of our errors with a sentence that says what to do.

Errors come in two families: `openai.*` until the answer's head has arrived, then the transport's
own (httpx2's, or aiohttp's beneath it) while its body is read. Both end here, and whatever an
answer echoed of a key is taken out. The original error is dropped with its whole chain, since it
holds the request's headers and the answer's body.
"""

import email.utils
import json
import re
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import httpx2
import msgspec
import openai

from backend.config.redaction import redact, secrets_of
from backend.config.settings import Settings
from backend.domain.errors import (
    UpstreamAuthFailed,
    UpstreamBroken,
    UpstreamError,
    UpstreamMisconfigured,
    UpstreamNotFound,
    UpstreamRateLimited,
    UpstreamRefused,
    UpstreamTimeout,
)
from backend.openai_client.client import base_url
from backend.openai_client.connection_failures import CONNECTION_ERRORS, connection_failure

_LONGEST_QUOTE = 300
"""Characters of a server's own message."""

RETIRED_CODE = "assistants_retired"
API_MISSING_CODE = "upstream_api_missing"
MODEL_MISSING_CODE = "model_not_found"

_NO_SUCH_PATH = re.compile(
    r"invalid url|not found$|unknown (?:url|endpoint|path|route|request)|page not found|no route"
    r"|unexpected endpoint|cannot (?:get|post)",
    re.IGNORECASE,
)
_COLLECTIONS = frozenset({"assistants", "threads", "responses", "models", "files"})


class translated:
    """`with translated(settings):` around requests and the reading of their bodies.

    Raises `UpstreamError`s only; errors that are no upstream's pass as they are.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __enter__(self) -> None:
        return None

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if not isinstance(error, Exception):
            return
        failure = translate(error, self._settings)
        if failure is None or failure is error:
            return
        try:
            raise failure from None
        finally:
            # `from None` only hides the original from tracebacks; this lets go of it.
            failure.__context__ = None


def translate(error: Exception, settings: Settings) -> UpstreamError | None:
    """Our error for one of the SDK's, the transport's or a decoder's; None for any other."""
    match error:
        case UpstreamError():
            return error
        case openai.APIStatusError():
            return _status_failure(error, settings)
        case httpx2.InvalidURL() | httpx2.UnsupportedProtocol():
            return UpstreamMisconfigured(
                "The base URL is not a valid address. Correct it on /setup; it looks like "
                "http://localhost:11434/v1."
            )
        case openai.APIResponseValidationError() | msgspec.MsgspecError() | json.JSONDecodeError():
            return UpstreamBroken(
                f"{place(settings)} sent an answer that cannot be understood. Check that the base "
                "URL on /setup belongs to an OpenAI-compatible server."
            )
        case _ if isinstance(error, CONNECTION_ERRORS):
            return connection_failure(error, place(settings), settings)
        case openai.OpenAIError():
            return UpstreamBroken(
                f"The request to {place(settings)} failed ({type(error).__name__}). Try again."
            )
        case _:
            return None


def place(settings: Settings) -> str:
    """Where requests go, for a sentence: the base URL without credentials and query."""
    url = httpx2.URL(base_url(settings))
    return str(url.copy_with(userinfo=b"", query=None, fragment=None)).rstrip("/")


def quote(text: str, settings: Settings) -> str:
    """A server's own words on one line, without secrets, and not too many of them."""
    line = redact(" ".join(text.split()), secrets_of(settings))
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1].rstrip() + "…"


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `retry-after` (seconds or a date; RFC 9110)."""
    try:
        if "retry-after-ms" in headers:
            return max(0.0, float(headers["retry-after-ms"]) / 1000)
        return max(0.0, float(headers["retry-after"]))
    except KeyError:
        return None
    except ValueError:
        date = email.utils.parsedate_tz(headers.get("retry-after", ""))
        return None if date is None else max(0.0, email.utils.mktime_tz(date) - time.time())


def _status_failure(error: openai.APIStatusError, settings: Settings) -> UpstreamError:
    where = place(settings)
    status = error.status_code
    said = _message(error.body)
    words = quote(said, settings) if said else ""
    ending = f": {words}" if words else "."
    wait_s = retry_after_s(error.response.headers)
    match status:
        case 401 if settings.api_key:
            return UpstreamAuthFailed(
                f"{where} did not accept the API key. Set a valid key on /setup."
            )
        case 401:
            return UpstreamAuthFailed(f"{where} asks for an API key. Set one on /setup.")
        case 403:
            return UpstreamAuthFailed(
                f"{where} does not allow this. Check what the API key may do{ending}"
            )
        case 404:
            return _not_found(error, said, words, settings)
        case 408:
            return UpstreamTimeout(f"{where} gave up waiting for the request. Try again.")
        case 429 if error.code == "insufficient_quota":
            return UpstreamRefused(
                f"The account behind the API key has no credit left at {where}. Add credit or use "
                "another key.",
                code="upstream_quota",
            )
        case 429:
            when = f"in {wait_s:.0f} seconds" if wait_s else "in a moment"
            return UpstreamRateLimited(
                f"{where} is receiving too many requests. Try again {when}{ending}",
                retry_after_s=wait_s,
            )
        case _ if status >= 500:
            return UpstreamBroken(
                f"{where} failed with status {status}. Try again in a moment{ending}",
                retry_after_s=wait_s,
            )
        case _:
            return UpstreamRefused(f"{where} refused the request with status {status}{ending}")


def _not_found(
    error: openai.NotFoundError | openai.APIStatusError, said: str, words: str, settings: Settings
) -> UpstreamNotFound:
    where = place(settings)
    path = error.request.url.path.rstrip("/")
    names_model = error.param == "model" or "model" in said.lower()
    if error.code == "model_not_found" or names_model:
        return UpstreamNotFound(
            f"{where} does not have this model. Choose another one on /setup: {words}",
            code=MODEL_MISSING_CODE,
        )
    if said and not _NO_SUCH_PATH.search(said) and path.rpartition("/")[2] not in _COLLECTIONS:
        return UpstreamNotFound(f"{where} does not know what was asked for: {words}")
    if "/assistants" in path or "/threads" in path:
        return UpstreamNotFound(
            f"{where} does not serve the Assistants API. OpenAI switched off the Assistants API on "
            "2026-08-26; choose `responses` as the upstream on /setup.",
            code=RETIRED_CODE,
        )
    return UpstreamNotFound(
        f"{where} has no such API: it answers 404 to {path}. Check the base URL on /setup (it "
        "usually ends in /v1), or choose another upstream.",
        code=API_MISSING_CODE,
    )


def _message(body: Any) -> str:
    """The human part of an error body, of which every server has its own idea; empty for HTML."""
    match body:
        case str():
            return "" if body.lstrip().startswith("<") else body.strip()
        case {"message": str(message)} | {"detail": str(message)} | {"error": str(message)}:
            return message
        case {"error": {"message": str(message)}}:
            return message
        case _:
            return ""
