"""What passes between the SDK and a transport: whatever a server sends, no call waits for it in vain.

The SDK drops an answer that it cannot read, so that its call waits out its time, and ends the whole
connection for a number that is no float. Here such an answer becomes an error of the call that it
answers, and such a number infinite.
"""

import json
import re
import time
from collections.abc import Iterator
from typing import Final, assert_never

from mcp_types import (
    CONNECTION_CLOSED,
    PARSE_ERROR,
    PROTOCOL_VERSION_META_KEY,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    JSONRPCNotification,
    JSONRPCRequest,
    JSONRPCResponse,
    RequestId,
)
from pydantic import ValidationError

from backend.mcp.listings import Listings

MAX_NOTICES_PER_S: Final = 100
"""Of progress and for the log; more are dropped."""
MAX_OTHERS_PER_S: Final = 500
"""Other notifications, and requests. A server that has more waits with them."""

_NOTICES: Final = frozenset({"notifications/progress", "notifications/message"})
_LISTEN: Final = "subscriptions/listen"
_OLDER: Final = "2025-11-25"
"""Where a request does not say which revision it is of."""
_LONGEST_ID: Final = 19
"""Digits of a number."""
_EDGE_CHARS: Final = 400
_MARK: Final = re.compile(r'"jsonrpc"\s*:')
_AT_START: Final = re.compile(
    r'\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*("[^"\\]{1,100}"|[0-9]{1,19})\s*[,}]'
)
_AT_END: Final = re.compile(
    r'"id"\s*:\s*("[^"\\]{1,100}"|[0-9]{1,19})\s*(?:,\s*"jsonrpc"\s*:\s*"2\.0"\s*)?\}\s*$'
)
_NO_MESSAGE: Final = "it is no message of the protocol."
_SDK_REFUSAL: Final = re.compile(
    r"(?:Failed to parse (?:JSON response|SSE message)|SSE stream failed): (.*)", re.DOTALL
)
_INVALID_JSON: Final = re.compile(r"Invalid JSON: (.*?) \[type=")


class Unreadable(Exception):
    """What came is no message of the protocol. Says in a sentence why, without what it is."""

    def __init__(self, text: str, error: ValueError) -> None:
        super().__init__(_why(error))
        self.is_answer, self.id = _answered(text)
        """Whether it seems to be an answer, and to which request where that can be seen."""


class Traffic:
    """Knows the requests that wait for an answer."""

    def __init__(self) -> None:
        self._waiting: dict[RequestId, JSONRPCRequest] = {}
        self._listings = Listings()
        self._notices, self._others = _Rate(MAX_NOTICES_PER_S), _Rate(MAX_OTHERS_PER_S)
        self.pause_s = 0.0
        """For how long nothing is to be read after what came last."""

    def sent(self, message: JSONRPCMessage) -> None:
        match message:
            case JSONRPCRequest():
                self._waiting[_key(message.id)] = message
            case JSONRPCNotification(method="notifications/cancelled", params=params):
                self._waiting.pop(_key((params or {}).get("requestId")), None)
            case _:
                pass

    def received(self, message: JSONRPCMessage | Unreadable) -> Iterator[JSONRPCMessage]:
        """Yields what the SDK is to read in place of what came."""
        self.pause_s = 0.0
        match message:
            case JSONRPCResponse():
                request = self._waiting.pop(_key(message.id), None)
                yield message if request is None else self._answer(message, request)
            case JSONRPCError(id=None):
                # It could not read our request, and does not say which.
                yield from self._failed(None, message.error)
            case JSONRPCError():
                self._waiting.pop(_key(message.id), None)
                yield _in_a_sentence(message)
            case JSONRPCNotification(method=method) if method in _NOTICES:
                if self._notices.add() == 0:
                    yield _with_floats(message)
            case JSONRPCNotification() | JSONRPCRequest():
                self.pause_s = self._others.add()
                yield message
            case Unreadable(is_answer=True):
                told = f"The answer cannot be read: {message}"
                yield from self._failed(message.id, ErrorData(code=PARSE_ERROR, message=told))
            case Unreadable():
                pass
            case _:
                assert_never(message)

    def _answer(self, message: JSONRPCResponse, request: JSONRPCRequest) -> JSONRPCResponse:
        params = request.params or {}
        version = (params.get("_meta") or {}).get(PROTOCOL_VERSION_META_KEY, _OLDER)
        result = self._listings.page(request.method, params.get("cursor"), version, message.result)
        return message.model_copy(update={"result": result})

    def _failed(self, id: RequestId | None, error: ErrorData) -> Iterator[JSONRPCMessage]:
        """Ends a request or, where nobody knows which, every one but that which waits for changes."""
        ended = [
            request
            for key, request in self._waiting.items()
            if (request.method != _LISTEN if id is None else key == _key(id))
        ]
        for request in ended:
            del self._waiting[_key(request.id)]
            yield JSONRPCError(jsonrpc="2.0", id=request.id, error=error)


class _Rate:
    """Counts what happens within a second."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._began, self._times = 0.0, 0

    def add(self) -> float:
        """Returns how much is left of a second in which it has happened too often, else 0."""
        now = time.monotonic()
        if now - self._began >= 1:
            self._began, self._times = now, 0
        self._times += 1
        return self._began + 1 - now if self._times > self._most else 0.0


def unreadable(error: Exception) -> Unreadable | None:
    """Returns what the SDK could not read, None if its error is of another kind."""
    if not isinstance(error, ValidationError):
        return None
    given = error.errors(include_url=False, include_context=False)[0]["input"]
    if isinstance(given, bytes):
        given = given.decode(errors="replace")
    return Unreadable(given if isinstance(given, str) else json.dumps(given, default=str), error)


def _answered(text: str) -> tuple[bool, RequestId | None]:
    try:
        given = json.loads(text, parse_int=_short_int)
    except (ValueError, RecursionError):
        head, tail = text[:_EDGE_CHARS], text[-_EDGE_CHARS:]
        if not (_MARK.search(head) or _MARK.search(tail)):
            return False, None
        found = _AT_START.match(head) or _AT_END.search(tail)
        return True, json.loads(found[1]) if found else None
    if isinstance(given, list) and given:
        # Some answer with a list, as one older revision allowed.
        given = given[0]
    if not isinstance(given, dict) or "method" in given:
        return False, None
    if "jsonrpc" not in given and not {"result", "error"} & given.keys():
        # Some write their own log there, as JSON.
        return False, None
    id = given.get("id")
    return True, id if isinstance(id, int | str) else None


def _why(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        if first["type"] == "json_invalid":
            return f"{first['msg'].removeprefix('Invalid JSON: ')}."
    return _NO_MESSAGE


def _in_a_sentence(message: JSONRPCError) -> JSONRPCError:
    """Returns an error of the SDK in our words: its own may hold a part of the answer."""
    found = _SDK_REFUSAL.match(message.error.message)
    if found is None or message.error.code not in (PARSE_ERROR, CONNECTION_CLOSED):
        return message
    reason = found[1]
    if "validation error" in reason:
        invalid = _INVALID_JSON.search(reason)
        reason = _NO_MESSAGE if invalid is None else f"{invalid[1]}."
    error = ErrorData(code=PARSE_ERROR, message=f"The answer cannot be read: {reason}")
    return message.model_copy(update={"error": error})


def _with_floats(message: JSONRPCNotification) -> JSONRPCNotification:
    """Returns progress with numbers that are floats: the SDK converts them without a look."""
    if message.method != "notifications/progress" or message.params is None:
        return message
    given = {key: message.params.get(key) for key in ("progress", "total")}
    odd = {key: float("inf") for key, each in given.items() if _is_too_large(each)}
    return message.model_copy(update={"params": {**message.params, **odd}}) if odd else message


def _is_too_large(number: object) -> bool:
    try:
        float(number if isinstance(number, int) else 0)
    except OverflowError:
        return True
    return False


def _short_int(digits: str) -> int:
    return int(digits) if len(digits) <= _LONGEST_ID else 0


def _key(id: object) -> RequestId:
    """Returns an id as answers are compared with it: some servers make a text of a number."""
    if isinstance(id, str) and id.isdecimal() and len(id) <= _LONGEST_ID:
        return int(id)
    return id if isinstance(id, int | str) else ""
