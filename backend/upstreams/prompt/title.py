"""What a model is asked for a title, and what is taken from its answer."""

from typing import Final

from backend.domain.items import AssistantMessage, Item, UserMessage
from backend.upstreams.thoughts import without_thoughts

TITLE_INSTRUCTIONS: Final = (
    "Write a title for the conversation that the user quotes: at most six words, in its own "
    "language, without quotation marks or a full stop. Answer with the title alone."
)
MAX_TITLE_TOKENS: Final = 1_000
"""A title takes ten; a model that reasons does so at this expense."""

_LONGEST_QUOTE: Final = 1_000
"""Characters of each message: enough to tell what it is about."""


def quoted(history: tuple[Item, ...]) -> str:
    """Returns the first message and the first answer, quoted."""
    question = next((item.text for item in history if isinstance(item, UserMessage)), "")
    answer = next((item.text for item in history if isinstance(item, AssistantMessage)), "")
    return (
        f"<user>\n{question[:_LONGEST_QUOTE]}\n</user>\n"
        f"<assistant>\n{answer[:_LONGEST_QUOTE]}\n</assistant>"
    )


def title_in(answer: str) -> str | None:
    """Returns the title that a model answered with, or None if it said nothing."""
    return " ".join(without_thoughts(answer).split()) or None
