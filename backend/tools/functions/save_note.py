"""Notes, kept as files of the chat."""

from typing import Annotated

from pydantic import Field

from backend.tools.function import function
from backend.tools.media import File

_LONGEST_NAME = 40


@function(approval="ask", title="Save a note", icon="note")
def save_note(
    text: Annotated[
        str, "The note, as the user would write it.", Field(min_length=1, max_length=20_000)
    ],
) -> list[object]:
    """Save a note for the user, who gets it as a text file in the chat.

    The user is asked first, and may change the text.
    """
    words = "".join(letter if letter.isalnum() else " " for letter in text).split()
    name = "-".join(words).lower()[:_LONGEST_NAME].rstrip("-") or "note"
    return [{"saved": text}, File(text + "\n", name=f"{name}.txt")]
