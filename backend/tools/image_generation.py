"""The built-in tool `image_generation`: pictures by the upstream's `/images`, where it has no such
tool of its own.

https://platform.openai.com/docs/api-reference/images
"""

import asyncio
import base64
import io
import logging
from collections.abc import Callable
from typing import Annotated, Final

import openai
from openai import AsyncOpenAI
from openai.types import Image, ImagesResponse

from backend.config.settings import Settings
from backend.domain.action import ApprovalPolicy
from backend.domain.errors import AppError
from backend.domain.file import IMAGE_TYPES, StoredFile
from backend.domain.hosted_tool import IMAGE_GENERATION
from backend.domain.ids import FileId
from backend.domain.item_files import item_files
from backend.domain.items import FunctionCall, ImageGenerationCall, Item, ToolCallBase, ToolItem
from backend.domain.parts import TextPart
from backend.files.files import Files
from backend.files.picture_name import picture_name
from backend.openai_client.client import create_client, is_openai
from backend.openai_client.failures import translated
from backend.tools.form import Form, approval_form
from backend.tools.function import FunctionSpec
from backend.tools.parameters import InvalidArguments, Parameters
from backend.tools.tool import (
    CallContext,
    Display,
    StreamedArguments,
    ToolResult,
)

log = logging.getLogger(__name__)

_FORM: Final = {"response_format": "b64_json"}
"""Else some servers send an address. OpenAI itself knows no such parameter."""


class ImageGeneration:
    """A `Tool` where `IMAGES_MODEL` names a model. It reads the settings at every call."""

    streamed: StreamedArguments | None = None
    repeatable = False
    approval: ApprovalPolicy = "never"

    def __init__(self, settings: Callable[[], Settings], files: Files) -> None:
        self._settings = settings
        self._files = files
        self._parameters = Parameters.of(_signature, IMAGE_GENERATION, context_type=type(None))
        self.spec = FunctionSpec(
            IMAGE_GENERATION,
            "Make a picture, or change the last one of the conversation. It is shown to the user as "
            "it is, so do not link to it.",
            self._parameters.schema,
            self._parameters.strict,
        )

    def unavailable(self) -> str | None:
        return None

    def form(self, arguments: str) -> Form:
        return approval_form(self._parameters, arguments)

    def item(self, call: FunctionCall) -> ImageGenerationCall:
        common = call.model_dump(include=set(ToolCallBase.model_fields))
        try:
            prompt = self._parameters.parse(call.arguments)["prompt"]
        except InvalidArguments:
            prompt = None
        return ImageGenerationCall(**common, prompt=prompt)

    async def call(self, arguments: str, display: Display, context: CallContext) -> ToolResult:
        try:
            wanted = self._parameters.parse(arguments)
        except InvalidArguments as error:
            return ToolResult.refusal(str(error))
        prompt = wanted["prompt"]
        try:
            before = await self._last_picture(context) if wanted["change_last"] else None
            if wanted["change_last"] and before is None:
                return ToolResult.refusal("There is no picture yet that could be changed.")
            data, kind = await self._make(prompt, before)
            file = await self._files.add_generated(
                context.owner, context.thread_id, picture_name(prompt, kind), io.BytesIO(data)
            )
        except AppError as error:
            return ToolResult.refusal(error.message)
        except (ValueError, _NoPicture):
            return ToolResult.refusal("The server sent no picture.")
        item = display.item
        assert isinstance(item, ImageGenerationCall)
        ours = {
            "file_id": file.id,
            "filename": file.name,
            "media_type": file.media_type,
            "size": file.size,
        }
        display.replace(item.model_copy(update=ours))
        return ToolResult((TextPart(text=f"The picture {file.name} is shown to the user."),))

    def finished(self, item: ToolItem, result: ToolResult) -> ToolItem:
        return item

    async def _make(self, prompt: str, before: StoredFile | None) -> tuple[bytes, str]:
        """Returns a picture and its format. Raises `UpstreamError` and `_NoPicture`."""
        settings = self._settings()
        form = {} if is_openai(settings) else _FORM
        with translated(settings):
            async with create_client(settings) as client:
                try:
                    made = await self._ask(client, settings, prompt, before, form)
                except openai.BadRequestError as error:
                    if not form or "response_format" not in str(error):
                        raise
                    made = await self._ask(client, settings, prompt, before, {})
        first = next(iter(made.data or ()), Image())
        if not first.b64_json:
            raise _NoPicture
        data = await asyncio.to_thread(base64.b64decode, first.b64_json)
        return data, made.output_format or "png"

    async def _ask(
        self,
        client: AsyncOpenAI,
        settings: Settings,
        prompt: str,
        before: StoredFile | None,
        form: dict[str, str],
    ) -> ImagesResponse:
        model = settings.images_model or ""
        if before is None:
            return await client.images.generate(model=model, prompt=prompt, extra_body=form)
        content = await self._files.read_bytes(before.id)
        image = (before.name, content, before.media_type)
        return await client.images.edit(model=model, prompt=prompt, image=image, extra_body=form)

    async def _last_picture(self, context: CallContext) -> StoredFile | None:
        named = [file_id for item in reversed(context.history) if (file_id := _picture_of(item))]
        owned = await self._files.owned(named, context.owner)
        return next((owned[file_id] for file_id in named if file_id in owned), None)


class _NoPicture(Exception):
    """The answer has none."""


def _signature(
    prompt: Annotated[str, "What is to be seen, in full: nothing else is known to the painter."],
    change_last: Annotated[
        bool, "Whether to change the last picture of the conversation instead of making a new one."
    ] = False,
) -> None: ...


def _picture_of(item: Item) -> FileId | None:
    files = [file for file in item_files(item) if file.media_type in IMAGE_TYPES]
    return files[-1].file_id if files else None
