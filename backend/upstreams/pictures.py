"""Pictures that a model does not take: said once, where they are new, and left out from then on."""

import re
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any, Final

from backend.config.settings import Settings
from backend.domain.errors import UpstreamBroken, UpstreamError, UpstreamRefused
from backend.domain.file import IMAGE_TYPES
from backend.domain.items import UserMessage
from backend.openai_client.place import quote
from backend.upstreams.events import UpstreamEvent
from backend.upstreams.request import RunRequest
from backend.upstreams.tool_pictures import PictureForms, next_form, reshape

REFUSED_CODE: Final = "pictures_refused"

_ABOUT_PICTURES: Final = re.compile(r"image|picture|vision|multi-?modal", re.IGNORECASE)
_TEXT_PART: Final = {"input_image": "input_text", "image_url": "text"}
"""By the type of a picture in each API, the type of a text that stands in its place."""

_LEFT_OUT: Final = "(A picture was here, which you cannot see.)"

Input = list[dict[str, Any]]
"""Of either API."""


async def without_refused_pictures(
    attempt: Callable[[], AsyncGenerator[UpstreamEvent]],
    input: Input,
    request: RunRequest,
    settings: Settings,
    forms: PictureForms,
) -> AsyncGenerator[UpstreamEvent]:
    """Streams an attempt, and another one where it is refused for its pictures.

    In between those of tools change their form in `input`, and if nothing else helps, those of
    earlier messages are taken out. Raises `UpstreamRefused` for pictures of the message that is to
    be answered.
    """
    model = request.assistant.model or settings.model or ""
    form = forms.of(model)
    reshape(input, form)
    while True:
        begun = False
        try:
            async with aclosing(attempt()) as events:
                async for event in events:
                    if not begun:
                        forms.learn(model, form)
                    begun = True
                    yield event
            return
        except (UpstreamRefused, UpstreamBroken) as error:
            other = None if begun else next_form(input, form)
            if other is not None:
                # Few servers say in words that it is the pictures of tools that they refuse.
                form = other
                reshape(input, form)
                continue
            if begun or not _ABOUT_PICTURES.search(error.message) or not _pictured(input):
                raise
            refusal: UpstreamError = error
            break
    if _asks_about_pictures(request):
        raise UpstreamRefused(
            f"The model does not take pictures. {quote(refusal.message, settings)} Choose another "
            "model on /setup, or write on: in what you write next the picture is left out.",
            code=REFUSED_CODE,
        )
    for message in _pictured(input):
        message["content"] = [
            {"type": _TEXT_PART[part["type"]], "text": _LEFT_OUT} if _is_picture(part) else part
            for part in message["content"]
        ]
    async with aclosing(attempt()) as events:
        async for event in events:
            yield event


def _pictured(input: Input) -> Input:
    """The messages that have pictures, oldest first."""
    return [
        item
        for item in input
        if isinstance(parts := item.get("content"), list) and any(map(_is_picture, parts))
    ]


def _asks_about_pictures(request: RunRequest) -> bool:
    asked = [item for item in request.history if isinstance(item, UserMessage)]
    return any(file.media_type in IMAGE_TYPES for message in asked[-1:] for file in message.files)


def _is_picture(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") in _TEXT_PART
