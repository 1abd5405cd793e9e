"""What a message asks of the demo, by rules that anyone can read; no model is behind this."""

import json
import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from backend.domain.assistant import FILE_SEARCH
from backend.domain.file_types import is_searchable
from backend.domain.parts import FilePart
from backend.domain.text import json_text
from backend.upstreams.demo.code_questions import CodeQuestion, code_question
from backend.upstreams.demo.dates import take_dates
from backend.upstreams.demo.mcp_questions import mcp_call
from backend.upstreams.demo.places import are_names, find_places
from backend.upstreams.demo.shown import shown_call

GuidePart = Literal["all", "table", "code", "lists"]


@dataclass(frozen=True, slots=True)
class WeatherQuestion:
    places: tuple[str, ...]
    """Empty where the question names none, nor one before it."""
    dates: tuple[date, ...]
    """Empty: today."""


@dataclass(frozen=True, slots=True)
class FunctionQuestion:
    """A function is to be called as written: `roll_dice sides=6`."""

    name: str
    arguments: str
    """JSON text, unchecked where the user wrote JSON."""


@dataclass(frozen=True, slots=True)
class NoteQuestion:
    """Notes are to be saved, each by a call that asks for approval."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AskMeQuestion:
    """The demo is to ask something itself."""


@dataclass(frozen=True, slots=True)
class MarkdownQuestion:
    part: GuidePart


@dataclass(frozen=True, slots=True)
class PictureQuestion:
    """A picture is wanted, in the answer itself."""


@dataclass(frozen=True, slots=True)
class DocumentQuestion:
    """Something that the user's documents may answer."""

    query: str


@dataclass(frozen=True, slots=True)
class HelpQuestion:
    """Everything else."""


SpokenQuestion = (
    WeatherQuestion
    | FunctionQuestion
    | CodeQuestion
    | DocumentQuestion
    | MarkdownQuestion
    | NoteQuestion
    | AskMeQuestion
    | HelpQuestion
)
"""Answered with text alone."""

Question = SpokenQuestion | PictureQuestion

_WEATHER = re.compile(
    r"\b(?:weather|forecasts?|temperatures?|rain(?:y|ing)?|snow(?:y|ing)?|sunny|sunshine|wind(?:y)?|"
    r"cloudy|umbrella|degrees|hot|cold|warm|freezing|storms?|stormy)\b",
    re.IGNORECASE,
)
_SURELY_WEATHER = re.compile(r"\b(?:weather|forecast)", re.IGNORECASE)
_FOLLOW_UP = re.compile(
    r"^(?:(?:and|also|then|ok(?:ay)?|so|what about|how about|what is it like|in|for)\b[\s,]*)+",
    re.IGNORECASE,
)
_NO_PLACE = re.compile(
    r"^\W*(?:please\s+)?(?:an?|tell|give|show|write|make|do|does|can|could|would|will|explain|say|"
    r"sing|let|who|why|when|how|what(?!\s+about)|i|we|you|no|nope|yes|sure|stop|cancel|sorry|"
    r"never|forget|nothing|something|anything)\b",
    re.IGNORECASE,
)
"""Begins what is no answer to `For which place?`, unless it names one with a capital."""
_CALL = re.compile(r"^(call|run|use)\s+`?([A-Za-z0-9_-]{1,64})`?(.*)$", re.IGNORECASE | re.DOTALL)
_NAME = re.compile(r"^`?([A-Za-z0-9_-]{1,64})`?(.*)$", re.DOTALL)
_PICTURE = re.compile(
    r"^(?:(?:please|can you|now|and)\s+)*(?:show|draw|paint|make|give|send)\b.*\b(?:picture|image)\b"
    r"|^(?:an?|another) (?:picture|image)\b",
    re.IGNORECASE,
)
_NOTES = re.compile(
    r"^(?:please\s+)?(?:save|write|take|make)\s+(?:me\s+)?(?:a\s+|(?:two|three|some)\s+)?notes?\b[\s:,]*"
    r"(?:(?:that|to|about|of)\b)?\s*(.*)$",
    re.IGNORECASE | re.DOTALL,
)
_ASK_ME = re.compile(
    r"^(?:please\s+)?ask me\b|^(?:do )?you have (?:a |any )?questions?\b", re.IGNORECASE
)
_GUIDE_PARTS: tuple[tuple[re.Pattern[str], GuidePart], ...] = (
    (re.compile(r"\b(?:markdown|long (?:answer|text|message)|field guide|essay)\b", re.I), "all"),
    (re.compile(r"\btables?\b", re.I), "table"),
    (re.compile(r"\b(?:code|snippets?|program)\b", re.I), "code"),
    (re.compile(r"\b(?:nested|task|bullet(?:ed)?|to-?do) lists?\b", re.I), "lists"),
)
_ABOUT_DOCUMENTS = re.compile(
    r"\b(?:according to|(?:in|of|from|through|does|do|search) (?:my|the|this|that|these|those|your) "
    r"(?:\w+ ){0,2}(?:documents?|files?|pdfs?|manuals?|reports?|slides?|sheets?|attachments?|pages?))\b",
    re.IGNORECASE,
)
_SMALL_TALK = re.compile(
    r"^(?:help|hi|hello|hey|thanks?|thank you|who are you|what (?:can|do) you do)\b", re.IGNORECASE
)
MAX_NOTES = 5
MAX_BARE_ANSWER_WORDS = 5
FEWEST_QUESTION_WORDS = 3
"""Fewer, such as `and now?`, ask nothing that knowledge could answer."""


@dataclass(frozen=True, slots=True)
class _Earlier:
    """What a message may refer to."""

    weather: WeatherQuestion | None = None
    plot: CodeQuestion | None = None


def understand(
    texts: Sequence[str],
    today: date,
    functions: frozenset[str],
    files: Sequence[FilePart] = (),
) -> Question:
    """What the last of a user's messages asks, in the light of those before it.

    `files` are those that came with them.
    """
    question: Question = HelpQuestion()
    earlier = _Earlier()
    tables = [file.name for file in files if file.name.lower().endswith(".csv")]
    for text in texts:
        question = _understand_one(text.strip(), earlier, today, functions, tables)
        if isinstance(question, WeatherQuestion):
            earlier = replace(earlier, weather=question)
        elif isinstance(question, CodeQuestion) and question.formulas:
            earlier = replace(earlier, plot=question)
    last = texts[-1].strip() if texts else ""
    documents = any(is_searchable(file.name, file.media_type) for file in files)
    if FILE_SEARCH in functions and _asks_documents(last, question, documents, today):
        return DocumentQuestion(last)
    return question


_SURELY_ANOTHER = FunctionQuestion | CodeQuestion | NoteQuestion | AskMeQuestion


def _asks_documents(text: str, question: Question, documents: bool, today: date) -> bool:
    if not text or _SMALL_TALK.match(text) or isinstance(question, _SURELY_ANOTHER):
        return False
    if _ABOUT_DOCUMENTS.search(text):
        return True
    match question:
        case HelpQuestion():
            return documents or (text.endswith("?") and len(text.split()) >= FEWEST_QUESTION_WORDS)
        case MarkdownQuestion():
            return documents and text.endswith("?")
        case WeatherQuestion():
            return documents and not _SURELY_WEATHER.search(text) and not _only_names(text, today)
        case _:
            return False


def _understand_one(
    text: str,
    earlier: _Earlier,
    today: date,
    functions: frozenset[str],
    tables: Sequence[str],
) -> Question:
    # A function may be named like a greeting.
    if call := _function_question(text, functions):
        return call
    if not text or _SMALL_TALK.match(text):
        return HelpQuestion()
    if asked := mcp_call(text, functions):
        return FunctionQuestion(*asked)
    if _PICTURE.search(text):
        return PictureQuestion()
    if notes := _NOTES.match(text):
        said = tuple(filter(None, (part.strip() for part in notes[1].split(";"))))
        return NoteQuestion(said[:MAX_NOTES] or ("Try the approval card",))
    if _ASK_ME.search(text):
        return AskMeQuestion()
    about_weather = _WEATHER.search(text) is not None
    if not about_weather:
        if shown := shown_call(text, functions, tables):
            return FunctionQuestion(*shown)
        if code := code_question(text, earlier.plot, tables):
            return code
        for pattern, part in _GUIDE_PARTS:
            if pattern.search(text):
                return MarkdownQuestion(part)
    if about_weather:
        return _weather_question(text, earlier.weather, today)
    follow_up = earlier.weather and _follow_up(text, earlier.weather, today)
    return follow_up or _names_question(text, today)


def _weather_question(text: str, earlier: WeatherQuestion | None, today: date) -> Question:
    dated = take_dates(text, today)
    places = find_places(_WEATHER.sub(" weather ", dated.rest))
    if places is None:
        return HelpQuestion()
    if not places and earlier is not None:
        places = earlier.places
    return WeatherQuestion(places, dated.dates)


def _follow_up(text: str, earlier: WeatherQuestion, today: date) -> WeatherQuestion | None:
    """`And in Bergen?`, `what about tomorrow?`, or the place that was asked for."""
    dated = take_dates(text, today)
    lead = _FOLLOW_UP.match(dated.rest)
    bare = not earlier.places and len(text.split()) <= MAX_BARE_ANSWER_WORDS
    rest = dated.rest[lead.end() :] if lead else dated.rest
    only_dates = bool(dated.dates) and not re.search(r"\w", rest)
    if not (lead or bare or only_dates):
        return None
    places = find_places(f"weather in {rest}") or ()
    if _NO_PLACE.match(rest) and not all(place in rest and are_names(place) for place in places):
        return None
    if not places and not dated.dates:
        return None
    return WeatherQuestion(places or earlier.places, dated.dates or earlier.dates)


def _names_question(text: str, today: date) -> Question:
    """`Paris and Rome this weekend` or `in Bergen?`, which may come first."""
    dated = take_dates(text, today)
    lead = _FOLLOW_UP.match(dated.rest)
    placed = lead is not None and re.search(r"\bin\b", lead[0], re.IGNORECASE)
    if not (dated.dates or placed) or not _only_names(text, today):
        return HelpQuestion()
    places = find_places(f"weather in {dated.rest[lead.end() :] if lead else dated.rest}")
    return WeatherQuestion(places, dated.dates) if places else HelpQuestion()


def _only_names(text: str, today: date) -> bool:
    """Whether nothing else is left without the dates and the lead of a follow-up."""
    return are_names(_FOLLOW_UP.sub("", take_dates(text, today).rest))


def _function_question(text: str, functions: frozenset[str]) -> FunctionQuestion | None:
    asked = _CALL.match(text)
    named = _NAME.match(text)
    if asked:
        name, rest = asked[2], asked[3].strip()
    elif named:
        name, rest = named[1], named[2].strip()
    else:
        return None
    arguments = _arguments(rest)
    if arguments is None:
        return None
    if name in functions or "_" in name or (asked and rest):
        return FunctionQuestion(name, arguments)
    return None


def _arguments(text: str) -> str | None:
    """JSON as it stands, `key=value` pairs as JSON, nothing as `{}`; None for other prose."""
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    if not text:
        return "{}"
    if text.startswith(("{", "[")):
        return text
    try:
        pairs = [word.removesuffix(",").partition("=") for word in shlex.split(text)]
    except ValueError:
        return None
    if any(not sign or not key.isidentifier() for key, sign, _ in pairs):
        return None
    return json_text({key: _value(value) for key, _, value in pairs})


def _value(text: str) -> object:
    try:
        value: object = json.loads(text)
    except ValueError:
        return text
    return value
