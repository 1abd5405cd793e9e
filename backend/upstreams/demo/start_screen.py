"""What an empty chat with the demo shows."""

from typing import Final

from backend.domain.start_screen import StartScreen, Suggestion

DEMO_START: Final = StartScreen(
    suggestions=(
        Suggestion(
            title="Weather in two places", prompt="What's the weather in Oslo and Lima tomorrow?"
        ),
        Suggestion(title="A long answer", prompt="Show me long markdown"),
        Suggestion(title="What it can do", prompt="What can you do?"),
    )
)
