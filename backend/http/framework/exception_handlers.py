"""Turns exceptions into answers with a `Problem` as body, the shape of every error answer."""

import logging
import math
import re
from itertools import takewhile

from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ExceptionHandler

from backend.domain.errors import AppError, InvalidRequest
from backend.http.framework.problem import Problem, ProblemDetail

logger = logging.getLogger(__name__)

_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_HTTP_PROBLEMS = {
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not accept that method."),
}


def problem(status: int, detail: ProblemDetail, headers: dict[str, str] | None = None) -> Response:
    """Returns the answer, with `Retry-After` (whole seconds) where the detail says when."""
    headers = {"Cache-Control": "no-store"} | (headers or {})
    if detail.retry_after_s is not None:
        headers["Retry-After"] = str(max(0, math.ceil(detail.retry_after_s)))
    body = Problem(error=detail).model_dump_json(exclude_none=True)
    return Response(body, status, headers, media_type="application/json")


def invalid_request(error: ValidationError) -> InvalidRequest:
    """Returns the first error of a body or a query string, without any of its values."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    message = first["msg"].removeprefix("Value error, ")
    if first["type"] == "json_invalid":
        return InvalidRequest(f"The body is not JSON. {message}.", code="invalid_json")
    if not first["loc"]:
        return InvalidRequest(f"{message.replace('Input', 'The body', 1)}.")
    # The name of an unknown field may be any text, and a union names its members: only what looks like
    # a name is repeated.
    names = [*takewhile(_is_name, first["loc"])]
    field = ".".join(map(str, names)) or None
    match first["type"]:
        case "extra_forbidden":
            name = field if len(names) == len(first["loc"]) else "of that name"
            return InvalidRequest(f"There is no field {name}.", field=field)
        case "missing":
            return InvalidRequest(f"{field} is missing.", field=field)
        case _:
            return InvalidRequest(f"{field or 'A field'}: {message}.", field=field)


def _is_name(part: int | str) -> bool:
    return isinstance(part, int) or _FIELD_NAME.fullmatch(part) is not None


async def from_app_error(request: Request, error: Exception) -> Response:
    """Returns what the error says, as a `Problem`."""
    assert isinstance(error, AppError)
    if error.status >= 500:
        logger.warning("%s %s: %s", request.method, request.url.path, error.message)
    detail = ProblemDetail(
        code=error.error_code,
        message=error.message,
        field=error.field,
        retry_after_s=error.retry_after_s,
    )
    return problem(error.status, detail)


async def from_http_exception(request: Request, error: Exception) -> Response:
    """Returns a `Problem`, such as for an address where nothing is."""
    assert isinstance(error, HTTPException)
    code, message = _HTTP_PROBLEMS.get(error.status_code, ("http_error", error.detail))
    return problem(
        error.status_code, ProblemDetail(code=code, message=message), dict(error.headers or {})
    )


async def _from_surprise(request: Request, error: Exception) -> Response:
    """Starlette raises the error again after this answer, and the server logs it."""
    message = "Something went wrong on this server. Its log says what."
    return problem(500, ProblemDetail(code="internal_error", message=message))


EXCEPTION_HANDLERS: dict[type[Exception], ExceptionHandler] = {
    AppError: from_app_error,
    HTTPException: from_http_exception,
    Exception: _from_surprise,
}
"""For `Starlette(exception_handlers=…)`."""
