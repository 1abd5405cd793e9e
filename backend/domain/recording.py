"""A recording of what somebody said, and the kinds of them that servers write down.

https://platform.openai.com/docs/api-reference/audio/createTranscription
"""

from dataclasses import dataclass
from typing import Final

from backend.domain.errors import UnsupportedFile
from backend.domain.file_names import suffix_of

MAX_RECORDING_BYTES: Final = 25 * 1024 * 1024
"""What OpenAI takes."""

_ENDINGS: Final = {
    "audio/webm": "webm",
    "video/webm": "webm",
    "audio/ogg": "ogg",
    "application/ogg": "ogg",
    "audio/mp4": "mp4",
    "video/mp4": "mp4",
    "audio/x-m4a": "m4a",
    "audio/m4a": "m4a",
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/vnd.wave": "wav",
    "audio/flac": "flac",
    "audio/x-flac": "flac",
}
"""By media type; of several types the first is the one that an ending stands for."""
_UNTOLD: Final = frozenset({"", "application/octet-stream"})


@dataclass(frozen=True, slots=True)
class Recording:
    content: bytes
    media_type: str

    @property
    def name(self) -> str:
        """Servers go by its ending."""
        return f"recording.{_ENDINGS[self.media_type]}"


def media_type_of(told: str, filename: str) -> str:
    """Returns the media type of a recording: what its sender says, else what its name does.

    Raises `UnsupportedFile`.
    """
    if told in _UNTOLD:
        ending = suffix_of(filename).removeprefix(".")
        told = next((kind for kind, other in _ENDINGS.items() if other == ending), told)
    if told not in _ENDINGS:
        known = ", ".join(dict.fromkeys(_ENDINGS.values()))
        raise UnsupportedFile(f"This is no recording that can be written down. Send {known}.")
    return told
