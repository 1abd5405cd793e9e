"""What somebody said, written down by a model of the server's `/audio/transcriptions`.

https://platform.openai.com/docs/api-reference/audio/createTranscription
"""

import asyncio
from typing import Final

from msgspec import Struct

from backend.config.settings import Settings
from backend.domain.errors import UpstreamNotFound
from backend.domain.recording import Recording
from backend.domain.text import clean_json, clean_text
from backend.openai_client.answers import refuse_web_page
from backend.openai_client.client import create_client, is_openai
from backend.openai_client.failures import MISSING_CODES, translated
from backend.openai_client.lenient import LenientDecoder
from backend.openai_client.place import place
from backend.openai_client.reasons import MODEL_MISSING_CODE

OPENAI_MODEL: Final = "gpt-transcribe"
"""OpenAI's own advice; it switches the older ones off on 2027-02-26."""
NO_MODEL: Final = "none"


class _Transcription(Struct, frozen=True):
    text: str


_decode: LenientDecoder[_Transcription] = LenientDecoder(_Transcription)


def transcription_model(settings: Settings) -> str | None:
    """Returns the model that writes down, or None where none was named and none is known."""
    named = settings.transcription_model
    if named is None:
        return OPENAI_MODEL if is_openai(settings) else None
    return None if named == NO_MODEL else named


async def written_down(recording: Recording, model: str, settings: Settings) -> str:
    """Returns the words, none for a silence. Raises `UpstreamError`."""
    try:
        with translated(settings):
            async with asyncio.timeout(settings.upstream_stall_timeout_s):
                return clean_text(await _words(recording, model, settings)).strip()
    except UpstreamNotFound as error:
        raise _not_found(error, model, settings) from None


async def _words(recording: Recording, model: str, settings: Settings) -> str:
    async with (
        create_client(settings) as client,
        client.audio.transcriptions.with_streaming_response.create(
            model=model, file=(recording.name, recording.content, recording.media_type)
        ) as answer,
    ):
        response = answer.http_response
        refuse_web_page(response)
        body = await response.aread()
        # Some servers send the words alone.
        is_plain = response.headers.get("content-type", "").startswith("text/plain")
        return response.text if is_plain else _decode(clean_json(body)).text


def _not_found(error: UpstreamNotFound, model: str, settings: Settings) -> UpstreamNotFound:
    """Names the setting that mends it."""
    if error.error_code in MISSING_CODES:
        said = f"{place(settings)} cannot write down what is said: it has no /audio/transcriptions."
    elif error.error_code == MODEL_MISSING_CODE:
        said = f"{place(settings)} does not have the model {model}, which writes down what is said."
    else:
        return error
    return UpstreamNotFound(
        f"{said} Set TRANSCRIPTION_MODEL in .env to a model that it has, or to none, and restart.",
        code=error.error_code,
    )
