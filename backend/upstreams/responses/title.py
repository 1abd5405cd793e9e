"""A title for a conversation: one small request, of which nothing is stored."""

from typing import Final

from msgspec import Struct
from openai import AsyncOpenAI

from backend.config.settings import Settings
from backend.domain.assistant import Assistant
from backend.domain.items import AssistantMessage, Item, UserMessage
from backend.openai_client.answers import read_answer
from backend.upstreams.thoughts import without_thoughts

TITLE_INSTRUCTIONS: Final = (
    "Write a title for the conversation that the user quotes: at most six words, in its own "
    "language, without quotation marks or a full stop. Answer with the title alone."
)
_LONGEST_QUOTE: Final = 1_000
"""Characters of each message: enough to tell what it is about."""

_MAX_OUTPUT_TOKENS: Final = 1_000
"""A title takes ten; a model that reasons does so at this expense."""


class _Part(Struct):
    text: str = ""


class _Output(Struct):
    type: str = ""
    content: list[_Part] | None = None


class _Answer(Struct):
    output: list[_Output] | None = None


async def make_title(
    client: AsyncOpenAI, settings: Settings, assistant: Assistant, history: tuple[Item, ...]
) -> str | None:
    """Returns a few words, or None if the model says nothing. Raises `UpstreamError`."""
    model = assistant.model or settings.model
    if not model:
        return None
    body = {
        "model": model,
        "instructions": TITLE_INSTRUCTIONS,
        "input": [{"type": "message", "role": "user", "content": quoted(history)}],
        "max_output_tokens": _MAX_OUTPUT_TOKENS,
        "store": False,
    }
    # Some servers stream where nothing is said of it.
    request = client.responses.with_streaming_response.create(stream=False, extra_body=body)
    answer = await read_answer(_Answer, request, settings)
    said = (
        part.text
        for output in answer.output or ()
        if output.type == "message"
        for part in output.content or ()
    )
    return " ".join(without_thoughts("".join(said)).split()) or None


def quoted(history: tuple[Item, ...]) -> str:
    """Returns the first message and the first answer, quoted."""
    question = next((item.text for item in history if isinstance(item, UserMessage)), "")
    answer = next((item.text for item in history if isinstance(item, AssistantMessage)), "")
    return (
        f"<user>\n{question[:_LONGEST_QUOTE]}\n</user>\n"
        f"<assistant>\n{answer[:_LONGEST_QUOTE]}\n</assistant>"
    )
