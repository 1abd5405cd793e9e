"""Pictures that tools made, in what a model is told. The newest are shown, older ones only named.

A server gets them in the first of these forms that it takes:

- `within` the output of the call, as OpenAI's Responses API has it
- `apart`, in a message of the user after the outputs, as Chat Completions have it
- `named`: by the text of the output, and that is all

https://platform.openai.com/docs/guides/function-calling#formatting-results
"""

import base64
import logging
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Any, Final, Literal

from backend.domain.errors import AppError
from backend.domain.file import IMAGE_TYPES
from backend.domain.ids import FileId
from backend.domain.parts import ImagePart
from backend.upstreams.request import Content, ToolOutput

log = logging.getLogger(__name__)

Form = Literal["within", "apart", "named"]

Input = list[dict[str, Any]]
"""Of the Responses API, or the messages of Chat Completions."""

MAX_PICTURE_BYTES: Final = 5_242_880
"""Of one picture. Larger ones are only named: not every server takes them."""
MAX_PICTURES_CHARS: Final = 20_971_520
"""Of all pictures of tools in a request, as base64."""

_NEXT: Final[dict[Form, Form]] = {"within": "apart", "apart": "named"}
_APART: Final = "(The pictures in the outputs of the tools.)"
_LEFT_OUT: Final = "(A picture was here, which is not shown again.)"
_CALLS: Final = frozenset({"function_call", "function_call_output"})
_TEXT_TYPES: Final = {"input_image": "input_text", "image_url": "text"}
"""By the type of a picture in each API, the type of a text that stands in its place."""


class PictureForms:
    """The form that a server takes, by model. It is learnt from refusals."""

    def __init__(self, first: Form) -> None:
        self._first = first
        self._learnt: dict[str, Form] = {}

    def of(self, model: str) -> Form:
        return self._learnt.get(model, self._first)

    def learn(self, model: str, form: Form) -> None:
        self._learnt[model] = form


def next_form(input: Input, form: Form) -> Form | None:
    """Returns the form to try after a refusal, None if `input` has no picture of a tool."""
    return _NEXT.get(form) if any(map(_is_picture, _parts(input))) else None


def reshape(input: Input, form: Form) -> None:
    """Bring pictures in an earlier form into this one."""
    if form != "within":
        set_apart(input)
    if form == "named":
        for item in input:
            if pictures := _pictures_apart(item):
                item["content"] = item["content"][1 + len(pictures) :]
        input[:] = [item for item in input if item.get("content") != []]


async def shown_pictures(
    outputs: Iterable[ToolOutput], most: int
) -> Mapping[FileId, dict[str, Any]]:
    """Returns the newest pictures of a round, `most` at most, as content of the Responses API."""
    pictures: dict[FileId, dict[str, Any]] = {}
    for output in reversed(tuple(outputs)):
        for part in reversed(output.parts):
            if not isinstance(part, ImagePart) or part.file_id is None or len(pictures) >= most:
                continue
            read = output.contents.get(part.file_id)
            if read is not None and is_shown(part):
                picture = await picture_content(read, part.media_type or "")
                pictures |= {} if picture is None else {part.file_id: picture}
    return pictures


def is_shown(part: ImagePart) -> bool:
    """Returns whether models are shown such a picture."""
    return part.media_type in IMAGE_TYPES and (part.size or 0) <= MAX_PICTURE_BYTES


async def picture_content(read: Content, media_type: str) -> dict[str, Any] | None:
    """Returns a picture as content of the Responses API, None if it cannot be read."""
    try:
        data = await read()
    except (AppError, OSError) as error:
        log.warning("A picture cannot be read: %s", error)
        return None
    url = f"data:{media_type};base64,{base64.b64encode(data).decode()}"
    return {"type": "input_image", "image_url": url, "detail": "auto"}


def keep_newest(input: Input, most: int) -> None:
    """Leave out the pictures of tools before the newest `most`, or as many as fit."""
    room = MAX_PICTURES_CHARS
    for part in _parts(input):
        if _is_picture(part):
            most, room = most - 1, room - len(str(part["image_url"]))
            if most < 0 or room < 0:
                _leave_out(part)


def pictures_apart(pictures: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Returns a message of the Responses API with pictures that tools made."""
    content = [{"type": "input_text", "text": _APART}, *pictures]
    return {"type": "message", "role": "user", "content": content}


def set_apart(input: Input) -> None:
    """Move pictures out of the outputs of calls, which are texts then."""
    told: Input = []
    pictures: list[dict[str, Any]] = []
    for item in input:
        if pictures and item.get("type") not in _CALLS:
            told.append(pictures_apart(pictures))
            pictures = []
        told.append(item)
        if isinstance(parts := item.get("output"), list):
            pictures += filter(_is_picture, parts)
            item["output"] = _text(parts)
    if pictures:
        told.append(pictures_apart(pictures))
    input[:] = told


def _parts(input: Input) -> Iterator[dict[str, Any]]:
    """Yields the content that holds pictures of tools, the newest first."""
    for item in reversed(input):
        match item:
            case {"type": "function_call_output", "output": list(parts)}:
                yield from reversed(parts)
            case _:
                yield from reversed(_pictures_apart(item))


def _pictures_apart(item: dict[str, Any]) -> list[dict[str, Any]]:
    """Returns the pictures of a message that has some apart; words of the user may follow them."""
    match item:
        case {"role": "user", "content": [{"text": text}, *parts]} if text == _APART:
            return list(takewhile(_is_or_was_picture, parts))
        case _:
            return []


def _is_picture(part: dict[str, Any]) -> bool:
    return part.get("type") in _TEXT_TYPES


def _is_or_was_picture(part: dict[str, Any]) -> bool:
    return _is_picture(part) or part.get("text") == _LEFT_OUT


def _leave_out(part: dict[str, Any]) -> None:
    kind = _TEXT_TYPES[part["type"]]
    part.clear()
    part |= {"type": kind, "text": _LEFT_OUT}


def _text(parts: Iterable[dict[str, Any]]) -> str:
    return "\n".join(part["text"] for part in parts if "text" in part)
