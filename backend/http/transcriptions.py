"""The REST API of dictation: what somebody said, written down by the upstream's server."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request

from backend.config.settings import Settings
from backend.domain.errors import (
    BodyTooLarge,
    InvalidRequest,
    UnsupportedFile,
    UpstreamError,
    UpstreamMisconfigured,
)
from backend.domain.frozen_model import FrozenModel
from backend.domain.recording import MAX_RECORDING_BYTES, Recording, media_type_of
from backend.http.framework.api import endpoint
from backend.http.framework.body import chunks
from backend.http.framework.multipart import FIELD, PartBegin, PartData, file_parts
from backend.openai_client.transcription import written_down
from backend.setup.dictation import dictation_state

AT_ONCE: Final = 4
"""They are in memory meanwhile; further ones wait to be read."""
ARRIVAL_TIMEOUT_S: Final = 120.0
_AROUND_BYTES: Final = 8_192
"""What the boundaries and headers of the body may take besides the recording."""


class Transcription(FrozenModel):
    text: str
    """Empty where nothing was said."""


class TranscriptionsApi:
    """Keeps neither recordings nor words: those are part of a message once it is sent."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
        self._places = asyncio.Semaphore(AT_ONCE)

    @endpoint(
        "POST",
        "/api/transcriptions",
        "Write down what somebody said",
        takes_files=True,
        errors=(
            InvalidRequest,
            BodyTooLarge,
            UnsupportedFile,
            UpstreamMisconfigured,
            UpstreamError,
        ),
    )
    async def write_down(self, request: Request) -> Transcription:
        """The body is multipart/form-data with one recording of at most 25 MB as `file`: webm, ogg,
        mp4, m4a, mp3, wav or flac.

        Where `dictation` of `GET /api/setup` names no model, nothing can be written down.
        """
        settings = self._settings()
        model = dictation_state(settings).model
        if model is None:
            raise UpstreamMisconfigured(
                "No model writes down what is said. Set TRANSCRIPTION_MODEL to one of the upstream's, "
                "and restart."
            )
        async with self._places:
            recording = await _received(request)
            return Transcription(text=await written_down(recording, model, settings))


async def _received(request: Request) -> Recording:
    try:
        async with asyncio.timeout(ARRIVAL_TIMEOUT_S):
            return await _read(request)
    except TimeoutError:
        raise HTTPException(408, "The recording took too long to arrive.") from None


async def _read(request: Request) -> Recording:
    """Raises `InvalidRequest` and two of its kinds."""
    media_type = ""
    content = bytearray()
    async with (
        aclosing(chunks(request, MAX_RECORDING_BYTES + _AROUND_BYTES)) as body,
        aclosing(file_parts(request.headers.get("content-type", ""), body)) as events,
    ):
        async for event in events:
            match event:
                case PartBegin():
                    if media_type:
                        raise InvalidRequest("Send one recording at a time.", code="too_many_parts")
                    media_type = media_type_of(event.media_type, event.filename)
                case PartData():
                    content += event.data
                case _:
                    pass
    if not content:
        raise InvalidRequest(f"There is no recording in the body: name its part “{FIELD}”.")
    return Recording(bytes(content), media_type)
