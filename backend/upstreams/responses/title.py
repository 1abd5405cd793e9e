"""A title for a conversation: one small request, of which nothing is stored."""

from msgspec import Struct

from backend.config.settings import Settings
from backend.domain.assistant import Assistant
from backend.domain.items import Item
from backend.openai_client.answers import read_posted
from backend.openai_client.client import Client
from backend.upstreams.prompt.title import MAX_TITLE_TOKENS, TITLE_INSTRUCTIONS, quoted, title_in


class _Part(Struct):
    text: str = ""


class _Output(Struct):
    type: str = ""
    content: list[_Part] | None = None


class _Answer(Struct):
    output: list[_Output] | None = None


async def make_title(
    client: Client, settings: Settings, assistant: Assistant, history: tuple[Item, ...]
) -> str | None:
    """Returns a few words, or None if the model says nothing. Raises `UpstreamError`."""
    model = assistant.model or settings.model
    if not model:
        return None
    body = {
        "model": model,
        "instructions": TITLE_INSTRUCTIONS,
        "input": [{"type": "message", "role": "user", "content": quoted(history)}],
        "max_output_tokens": MAX_TITLE_TOKENS,
        "store": False,
        # Some servers stream where nothing is said of it.
        "stream": False,
    }
    answer = await read_posted(_Answer, client.posted("/responses", body), settings)
    said = (
        part.text
        for output in answer.output or ()
        if output.type == "message"
        for part in output.content or ()
    )
    return title_in("".join(said))
