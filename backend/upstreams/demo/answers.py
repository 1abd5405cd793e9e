"""What the demo says, but for the weather."""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from backend.domain.assistant import ASK_USER, CODE_INTERPRETER, FILE_SEARCH, FIND_TOOLS
from backend.domain.text import json_text
from backend.tools.function import FunctionSpec
from backend.upstreams.demo.examples import example_call
from backend.upstreams.demo.mcp_questions import mcp_examples
from backend.upstreams.demo.questions import GuidePart
from backend.upstreams.demo.shown import CHART_CSV, SEARCH_PLACES

SIGNATURE = "*Told by the demo, a script that runs offline, not by an AI.*"
BUILTIN_TOOLS = frozenset({CODE_INTERPRETER, FILE_SEARCH, ASK_USER, FIND_TOOLS})
QUESTION: dict[str, object] = {
    "question": "What shall the demo know about your next trip?",
    "fields": [
        {"name": "where", "label": "Where to?", "kind": "text"},
        {
            "name": "how",
            "label": "How?",
            "kind": "one_of",
            "options": ["by train", "by bike", "by ship"],
        },
        {"name": "days", "label": "For how many days?", "kind": "number", "required": False},
        {
            "name": "with",
            "label": "With what?",
            "kind": "several_of",
            "options": ["a tent", "a camera", "a book"],
            "required": False,
        },
        {"name": "first", "label": "For the first time?", "kind": "yes_no", "required": False},
    ],
}
"""What the demo asks: each kind of field once."""
GUIDE_FILE = Path(__file__).with_name("guide.md")
SECTIONS: dict[GuidePart, str] = {
    "table": "The ten kinds at a glance",
    "code": "Clouds in code",
    "lists": "A walk with your head up",
}


def capabilities(functions: Sequence[FunctionSpec]) -> str:
    names = [spec.name for spec in functions]
    weather = (
        [
            "- **Weather**, with a call of `get_weather` for each place:",
            '    - "What\'s the weather in Oslo and Lima tomorrow?"',
            '    - "Paris, Rome and New York this weekend", as a forecast',
            '    - then "and in Bergen?" or "what about Friday?"',
        ]
        if "get_weather" in names
        else ["- Weather, once the function `get_weather` is enabled on [/setup](/setup)"]
    )
    code = (
        [
            "- **Code**, run in a sandbox on this server:",
            '    - "What is 2**100?", "plot sin(x) and cos(x)", then "make a CSV of it"',
            '    - a Python code block, as it stands, or "describe" with a CSV attached',
        ]
        if CODE_INTERPRETER in names
        else []
    )
    shown = [
        *(
            ['- **A chart** of a CSV file that you attach: "chart of the file", "bar chart"']
            if CHART_CSV in names
            else []
        ),
        *(
            ['- **A map**: "places in Japan", "how far is Oslo from Lima?"']
            if SEARCH_PLACES in names
            else []
        ),
    ]
    documents = (
        [
            "- **Your documents**: attach a PDF or another text and ask about it; the answer cites "
            "the passages it is made of",
        ]
        if FILE_SEARCH in names
        else []
    )
    notes = (
        [
            "- **What waits for you**: a call that asks first, as for "
            '"save a note: water the plants", or two with a semicolon between'
        ]
        if "save_note" in names
        else []
    )
    if ASK_USER in names:
        notes.append('- **A question to you**, with a small form: "ask me something"')
    if FIND_TOOLS in names:
        notes.append('- **Tools that are not listed here**: "find a tool for renaming files"')
    names = [name for name in names if name not in BUILTIN_TOOLS]
    listed = ", ".join(f"`{name}`" for name in names)
    example = example_call(functions)
    by_name = (
        [
            f"- **Any function** by its name: `{example.by_pairs}` or `{example.by_json}`. "
            f"Enabled here: {listed}"
        ]
        if example is not None
        else []
    )
    return "\n".join(
        [
            "This is the **demo**: a script that runs offline, not an AI. It answers by a few "
            "rules, but everything around it is real: streaming, function calls, widgets, "
            "reconnecting. It knows:",
            "",
            *weather,
            *code,
            *shown,
            *documents,
            *notes,
            *(
                [f"- **The MCP server of the demo**: {', '.join(examples)}"]
                if (examples := mcp_examples(names))
                else []
            ),
            '- **A picture** in the middle of an answer: "show me a picture"',
            '- **Long markdown**, to watch it stream: "show me markdown", "a table", '
            '"code" or "nested lists"',
            *by_name,
            "",
            "For conversations with a real model, set an API key or a base URL on "
            "[/setup](/setup).",
        ]
    )


def told_by_user(output: str) -> str:
    """Repeats what was answered, since the demo understands nothing of it."""
    try:
        answer = json.loads(output)
    except ValueError:
        return f"{output}\n\n{SIGNATURE}"
    lines = [f"- {name}: {inline(json_text(value))}" for name, value in answer.items()]
    told = "\n".join(["You answered:", "", *lines])
    return f"{told}\n\nThe demo can only repeat it.\n\n{SIGNATURE}"


def which_place() -> str:
    return (
        "For which place? Name one or several, for instance: *What's the weather in Oslo and "
        f"Lima tomorrow?*\n\n{SIGNATURE}"
    )


def not_enabled(name: str, functions: Sequence[FunctionSpec]) -> str:
    listed = ", ".join(f"`{spec.name}`" for spec in functions)
    enabled = f"Enabled are: {listed}." if listed else "No function is enabled."
    return (
        f"The function `{name}` is not enabled for this assistant. {enabled} Functions are "
        f"chosen on [/setup](/setup); a new one is a file in `backend/tools/functions/`."
        f"\n\n{SIGNATURE}"
    )


def around_a_picture() -> tuple[str, str]:
    return (
        "Here is a picture, a sun over hills:",
        "No model made it: the demo's script draws these hills, and never others. Everything around "
        "it is real: it came in the stream, was stored as a file of yours, and opens on a click."
        f"\n\n{SIGNATURE}",
    )


def markdown(part: GuidePart) -> str:
    introduction, *sections = _guide().split("\n## ")
    if part == "all":
        return f"{introduction}\n## " + "\n## ".join(sections) + f"\n\n{SIGNATURE}"
    section = next(text for text in sections if text.startswith(SECTIONS[part]))
    return f"## {section.strip()}\n\n{SIGNATURE}"


@cache
def _guide() -> str:
    return GUIDE_FILE.read_text(encoding="utf-8").strip()


def fenced(text: str, language: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text}\n{fence}"


def inline(text: str) -> str:
    return f"`{text}`" if "`" not in text else f"`` {text} ``"
