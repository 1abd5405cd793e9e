"""What went wrong at an upstream, as one of our errors with a sentence that says what to do.

Errors come in two families: `openai.*` until the answer's head has arrived, then those of the
transport (httpx2, or aiohttp beneath it) while its body is read. Both are translated here, and a
key that an answer repeats is removed. The original error is dropped with its whole chain, since it
holds the request's headers and the answer's body.
"""

import email.utils
import json
import re
import time
from collections.abc import Mapping
from types import TracebackType

import httpx2
import msgspec
import openai

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
from backend.openai_client.error_body import error_body
from backend.openai_client.place import place, quote
from backend.openai_client.reasons import MODEL_MISSING_CODE, known_reason
from backend.openai_client.whole_answers import AnswerTooLarge

RETIRED_CODE = "assistants_retired"
API_MISSING_CODE = "upstream_api_missing"
METHOD_MISSING_CODE = "upstream_method_missing"
MISSING_CODES = frozenset({API_MISSING_CODE, METHOD_MISSING_CODE, RETIRED_CODE})
"""Of failures that say that there is no such API, rather than no such thing."""
REDIRECTED_CODE = "upstream_redirects"

_NO_SUCH_PATH = re.compile(
    r"invalid url|not found$|unknown (?:url|endpoint|path|route|request)|page not found|no route"
    r"|unexpected endpoint|cannot (?:get|post)",
    re.IGNORECASE,
)
_COLLECTIONS = frozenset({"assistants", "threads", "responses", "models", "files"})


class translated:
    """`with translated(settings):` around requests and the reading of their bodies.

    Raises an `UpstreamError` in place of every error of the SDK, the transport or a decoder. Other
    errors pass unchanged.
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
    """Returns our error for one of the SDK, the transport or a decoder; None for any other."""
    match error:
        case UpstreamError():
            return error
        case openai.APIStatusError():
            return _status_failure(error, settings)
        # Python's idna codec, which aiohttp uses, refuses odd names of hosts with an error of its own.
        case httpx2.InvalidURL() | httpx2.UnsupportedProtocol() | UnicodeError() if not isinstance(
            error, UnicodeDecodeError
        ):
            return UpstreamMisconfigured(
                "The base URL is not a valid address. Correct it on /setup; it looks like "
                "http://localhost:11434/v1."
            )
        case AnswerTooLarge():
            return UpstreamBroken(
                f"The answer of {place(settings)} is longer than {error.limit >> 20} MB. Check "
                "that the base URL on /setup belongs to an OpenAI-compatible server."
            )
        case (
            openai.APIResponseValidationError()
            | msgspec.MsgspecError()
            | json.JSONDecodeError()
            | RecursionError()
        ):
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
    body = error_body(error.body)
    words = quote(body.said, settings)
    ending = f": {words}" if words else "."
    wait_s = retry_after_s(error.response.headers)
    if status < 400:
        return _redirected(error, settings)
    if status not in (401, 403) and (reason := known_reason(body, settings, status)) is not None:
        return reason
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
            return _not_found(error, body.said, words, settings)
        case 405 | 501:
            return UpstreamNotFound(
                f"{where} cannot do this: it answers {status} to {error.request.method} "
                f"{_path(error)}. Choose another upstream on /setup, or do it on the server itself.",
                code=METHOD_MISSING_CODE,
            )
        case 408:
            return UpstreamTimeout(f"{where} gave up waiting for the request. Try again.")
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


def _redirected(error: openai.APIStatusError, settings: Settings) -> UpstreamError:
    """Nobody but the server that was chosen is told the key and the conversation."""
    target = _redirection(error, settings)
    onward, address = ("elsewhere", "its address") if target is None else (f"to {target}", target)
    return UpstreamMisconfigured(
        f"{place(settings)} sends requests on {onward}, and this server does not follow: the key "
        f"and the conversation would go along. If that is the right server, set {address} as the "
        "base URL on /setup.",
        code=REDIRECTED_CODE,
    )


def _redirection(error: openai.APIStatusError, settings: Settings) -> str | None:
    """Returns the base URL below which the request would have been answered."""
    asked, location = error.request.url, error.response.headers.get("location", "")
    below = asked.path.removeprefix(httpx2.URL(base_url(settings)).path)
    try:
        target = asked.join(location)
        path = target.path.rstrip("/").removesuffix(below)
        base = target.copy_with(userinfo=b"", path=path, query=None, fragment=None)
    except (httpx2.InvalidURL, ValueError):
        return None
    found = quote(str(base).rstrip("/"), settings)
    is_address = base.scheme in ("http", "https") and base.host
    return found if is_address and found != place(settings) else None


def _not_found(
    error: openai.APIStatusError, said: str, words: str, settings: Settings
) -> UpstreamNotFound:
    where = place(settings)
    path = _path(error)
    if "model" in said.lower():
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


def _path(error: openai.APIStatusError) -> str:
    return error.request.url.path.rstrip("/")
