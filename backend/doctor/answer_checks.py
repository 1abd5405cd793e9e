"""Checks of what the model answers, each by a run such as a chat makes."""

from typing import Final

from backend.doctor.checks import Check, Verdict, check
from backend.doctor.trial import asking, tried, with_picture
from backend.domain.assistant import Assistant
from backend.domain.errors import UpstreamBroken, UpstreamError
from backend.tools.function import FunctionSpec
from backend.upstreams.base import Upstream
from backend.upstreams.pictures import REFUSED_CODE

INSTRUCTIONS: Final = "Answer briefly. Call a function when you are asked to."

COUNT: Final = "Count from one to ten, in words."
CALL: Final = "Call doctor_probe word=sunrise"
"""A model and the demo's script both understand it."""
WORD: Final = "sunrise"
LOOK: Final = "Which colour is the square in this picture? Answer with one word."
COLOUR: Final = "red"

PROBE: Final = FunctionSpec(
    name="doctor_probe",
    description="Tells which colour belongs to a word.",
    parameters={
        "type": "object",
        "properties": {"word": {"type": "string", "description": "The word."}},
        "required": ["word"],
        "additionalProperties": False,
    },
    strict=False,
)
OUTPUT: Final = '{"colour": "orange"}'

_LONGEST_QUOTE: Final = 80


async def check_streaming(upstream: Upstream, assistant: Assistant) -> Check:
    """Raises `UpstreamError`."""
    outcome = await tried(upstream, asking(COUNT, assistant))
    if outcome.error is not None and not outcome.text:
        raise UpstreamBroken(outcome.error.message, code=outcome.error.code)
    if outcome.pieces == 1:
        mend = "Look whether something between here and the server holds its streams back."
        return check("streaming", "warning", "The answer came in one piece.", mend)
    return check("streaming", "ok", f"The answer came in {outcome.pieces} pieces.")


async def check_tools(upstream: Upstream, assistant: Assistant, *, needed: bool) -> Check:
    """Has the model call a function. Without that an assistant with tools is of no use."""
    bad: Verdict = "failed" if needed else "warning"
    mend = "Choose a model that calls functions on /setup, or give the assistant no tools."
    try:
        outcome = await tried(upstream, asking(CALL, assistant, PROBE), OUTPUT)
    except UpstreamError as error:
        return check("tools", bad, error.message, mend)
    calls = [call for call in outcome.calls if call.name == PROBE.name]
    why = outcome.error.message if outcome.error else f"It said {_quoted(outcome.text)}."
    if not calls:
        return check("tools", bad, f"The model was asked to call a function. {why}", mend)
    if outcome.ended is None:
        found = "The model calls the same function again, as if its output had not arrived."
        return check("tools", bad, found, mend)
    if outcome.error is not None:
        return check("tools", bad, f"After the call of a function: {why}", mend)
    if WORD not in calls[0].arguments:
        found = "The model calls functions, but not with the arguments that it is asked for."
        return check("tools", "warning", found, mend)
    return check("tools", "ok", "A function was called, and its output was taken.")


async def check_images(upstream: Upstream, assistant: Assistant) -> Check:
    """Shows the model a picture."""
    mend = "To show it pictures, choose a model that sees them on /setup."
    try:
        async with with_picture(asking(LOOK, assistant), upstream) as request:
            outcome = await tried(upstream, request)
    except UpstreamError as error:
        refused = error.error_code == REFUSED_CODE
        found = "The model does not take pictures." if refused else error.message
        return check("images", "warning", found, mend)
    if outcome.error is not None:
        return check("images", "warning", outcome.error.message, mend)
    if COLOUR not in outcome.text.lower():
        found = f"The model was shown a {COLOUR} square and said {_quoted(outcome.text)}."
        return check("images", "warning", found, mend)
    return check("images", "ok", "The model sees pictures.")


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return f"“{line if len(line) <= _LONGEST_QUOTE else line[:_LONGEST_QUOTE] + '…'}”"
