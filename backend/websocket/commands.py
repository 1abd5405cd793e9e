"""Parses the frames of a client, and says what is wrong with those that cannot be parsed. No I/O."""

from pydantic import ValidationError
from pydantic_core import from_json

from backend.domain.errors import AppError, InvalidRequest, RunActive
from backend.domain.text import clean_json
from backend.websocket.messages import CLIENT_MESSAGE, ClientMessage, Error


def parse_command(frame: str | bytes | None) -> ClientMessage:
    """Returns the command. Raises `InvalidRequest`, which names the field at fault."""
    if not isinstance(frame, str):
        raise InvalidRequest("Send text frames that hold JSON.", code="invalid_frame")
    try:
        return CLIENT_MESSAGE.validate_json(clean_json(frame.encode()))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        where = f" at {place}" if place else ""
        raise InvalidRequest(
            f"Not a message of this protocol{where}: {first['msg']}. See /api/protocol.json.",
            field=place or None,
            code="invalid_frame",
        ) from None


def id_of(frame: str | bytes | None) -> str | None:
    """Returns the id of an invalid command, so that its sender can tell which one it was."""
    try:
        value = from_json(frame or "null")
    except ValueError:
        return None
    found = value.get("id") if isinstance(value, dict) else None
    return found if isinstance(found, str) and len(found) <= 64 else None


def refusal(command_id: str | None, error: AppError) -> Error:
    """Returns the answer to a command that failed."""
    return Error(
        id=command_id,
        code=error.error_code,
        message=error.message,
        retryable=error.retryable,
        run_id=error.run_id if isinstance(error, RunActive) else None,
    )
