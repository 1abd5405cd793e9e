"""A title for a conversation: one small request."""

from msgspec import Struct

from backend.config.settings import Settings
from backend.domain.assistant import Assistant
from backend.domain.items import Item
from backend.openai_client.answers import read_posted
from backend.upstreams.chat_completions.completions import Completions
from backend.upstreams.prompt.title import MAX_TITLE_TOKENS, TITLE_INSTRUCTIONS, quoted, title_in


class _Message(Struct):
    content: str | None = None


class _Choice(Struct):
    message: _Message | None = None


class _Answer(Struct):
    choices: list[_Choice] | None = None


async def make_title(
    completions: Completions, settings: Settings, assistant: Assistant, history: tuple[Item, ...]
) -> str | None:
    """Returns a few words, or None if the model says nothing. Raises `UpstreamError`."""
    model = assistant.model or settings.model
    if not model:
        return None
    body = {
        "messages": [
            {"role": "system", "content": TITLE_INSTRUCTIONS},
            {"role": "user", "content": quoted(history)},
        ],
        "max_completion_tokens": MAX_TITLE_TOKENS,
    }
    request = completions.asked(model, body, stream=False)
    answer = await read_posted(_Answer, request, settings)
    said = "".join(
        choice.message.content or "" for choice in answer.choices or () if choice.message
    )
    return title_in(said)
