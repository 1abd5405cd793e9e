"""The form that a server asks to be filled in: its JSON Schema as the page shows it, and the check of what
comes back.

https://modelcontextprotocol.io/specification/2026-07-28/client/elicitation#requested-schema
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, tzinfo
from math import ceil, floor, isfinite
from types import GenericAlias
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    ValidationError,
    create_model,
)
from pydantic_core import to_json

from backend.mcp.remote_tool import shown_text
from backend.tools.parameters import InvalidArguments, filled_in, readable

MAX_FIELDS: Final = 100
MAX_OPTIONS: Final = 200
MAX_FORM_BYTES: Final = 50_000

_MAX_NAME_CHARS: Final = 100
_LIMITS: Final[Mapping[str, tuple[str, ...]]] = {
    "string": ("minLength", "maxLength"),
    "number": ("minimum", "maximum"),
    "integer": ("minimum", "maximum"),
    "array": ("minItems", "maxItems"),
}
_MAX_WHOLE: Final = 2**63 - 1
"""What pydantic counts up to."""
_FORMATS: Final = ("email", "uri", "date", "date-time")
_SECRETS: Final = frozenset(
    {"password", "passwd", "passphrase", "passcode", "pwd", "secret", "token", "cvv", "cvc", "pin"}
)
_SECRET_PAIRS: Final = frozenset(
    {"api key", "access key", "private key", "secret key", "card number", "credit card"}
)
_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_]+|\d+")


class Unshowable(Exception):
    """What a server asks that nobody is asked. The message is a sentence for the model."""


def answer_form(requested: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the schema as the page shows it. Raises `Unshowable`."""
    properties = requested.get("properties")
    if not isinstance(properties, dict):
        raise Unshowable("The form that it asks for has no fields that can be read.")
    if len(properties) > MAX_FIELDS:
        raise Unshowable(
            f"It asks for {len(properties):,} things at once, and at most {MAX_FIELDS} are shown."
        )
    required = requested.get("required")
    needed = (
        {name for name in required if isinstance(name, str)} if isinstance(required, list) else ()
    )
    fields = {name: _field(name, given) for name, given in properties.items()}
    wanted = {
        name: given["default"]
        for name, given in properties.items()
        if given.get("default") is not None
    }
    # One that does not fit is left out, so that nobody sends what they did not see.
    for name, value in _Answer(fields, ()).fitting(wanted).items():
        fields[name]["default"] = value
    shown = {
        "type": "object",
        "properties": fields,
        "required": [name for name in fields if name in needed],
    }
    if len(to_json(shown)) > MAX_FORM_BYTES:
        raise Unshowable(f"The form that it asks for has more than {MAX_FORM_BYTES:,} bytes.")
    return shown


def answer_in(shown: Mapping[str, Any], text: str, zone: tzinfo) -> dict[str, Any]:
    """Returns an answer in JSON text to a form as it was shown. Raises `InvalidArguments`.

    Times that say no zone, such as those of a browser's field, are of `zone`.
    """
    fields = shown["properties"]
    answer = _Answer(fields, shown["required"]).parse(text)
    for name, value in answer.items():
        if fields[name].get("format") == "date-time":
            at = datetime.fromisoformat(value)
            answer[name] = value if at.tzinfo else at.replace(tzinfo=zone).isoformat()
    return answer


def _field(name: str, given: Any) -> dict[str, Any]:
    """Returns the part of a schema that is known, made of nothing but values of the right types."""
    if not isinstance(given, dict) or not 0 < len(name) <= _MAX_NAME_CHARS:
        raise Unshowable(f"Its field {shown_text(name, 60)!r} cannot be shown.")
    title = _text(given.get("title"), 200)
    if _asks_for_a_secret(name, title or "", given):
        raise Unshowable(
            f"It asks for a secret ({shown_text(title or name, 60)}), which a server may only do at an "
            "address of its own."
        )
    kind = given.get("type")
    field: dict[str, Any] = {"type": kind} | ({} if title is None else {"title": title})
    if (about := _text(given.get("description"), 1_000)) is not None:
        field["description"] = about
    match kind:
        case "string":
            field |= _choice(given)
            if "oneOf" not in field and given.get("format") in _FORMATS:
                field["format"] = given["format"]
        case "array":
            items = given.get("items")
            choice = _choice(items) if isinstance(items, dict) else {}
            if not choice:
                raise Unshowable(
                    f"Its field {shown_text(name, 60)!r} is a list of anything, not of choices."
                )
            field |= {"items": {"type": "string", **choice}, "uniqueItems": True}
        case "number" | "integer" | "boolean":
            pass
        case _:
            raise Unshowable(
                f"Its field {shown_text(name, 60)!r} is neither a text, a number, a yes or no, nor a "
                "choice."
            )
    for limit in _LIMITS.get(kind, ()):
        if (value := _limit(limit, kind, given.get(limit))) is not None:
            field[limit] = value
    return field


def _limit(limit: str, kind: str, value: Any) -> float | None:
    """Returns a limit as it is checked, None for one that is odd."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        if not isfinite(value):
            return None
    except OverflowError:
        return None
    if kind == "number":
        return value
    whole = ceil(value) if limit.startswith("min") else floor(value)
    least = -_MAX_WHOLE if kind == "integer" else 0
    return whole if least <= whole <= _MAX_WHOLE else None


def _choice(given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the options as `oneOf`, each with its title; nothing where anything may be written."""
    titled = given.get("oneOf", given.get("anyOf"))
    if isinstance(titled, list):
        pairs = [
            (each.get("const"), each.get("title")) if isinstance(each, dict) else (None, None)
            for each in titled
        ]
    elif isinstance(values := given.get("enum"), list):
        names = given.get("enumNames")
        names = names if isinstance(names, list) and len(names) == len(values) else values
        pairs = list(zip(values, names, strict=True))
    else:
        return {}
    if not 0 < len(pairs) <= MAX_OPTIONS or not all(isinstance(value, str) for value, _ in pairs):
        raise Unshowable(f"It asks to choose among other things than 1 to {MAX_OPTIONS} texts.")
    options = dict(reversed(pairs))
    return {
        "oneOf": [
            {"const": value, "title": _text(options[value], 200) or shown_text(value, 200)}
            for value in dict.fromkeys(value for value, _ in pairs)
        ]
    }


def _asks_for_a_secret(name: str, title: str, given: Mapping[str, Any]) -> bool:
    if given.get("format") == "password" or given.get("writeOnly") is True:
        return True
    return given.get("type") == "string" and any(map(_names_a_secret, (name, title)))


def _names_a_secret(text: str) -> bool:
    """Whether a name ends in one: `dbPassword` does, `password_policy` does not."""
    words = [word.lower() for word in _WORD.findall(text)]
    return bool(words) and (words[-1] in _SECRETS or " ".join(words[-2:]) in _SECRET_PAIRS)


def _text(value: Any, limit: int) -> str | None:
    return (shown_text(value, limit) or None) if isinstance(value, str) else None


class _Answer:
    """What an answer to fields is read by."""

    def __init__(self, fields: Mapping[str, Mapping[str, Any]], needed: Collection[str]) -> None:
        # Field names of ours, since `BaseModel` refuses some.
        members: dict[str, Any] = {
            f"field_{number}": (_type(field), Field(... if name in needed else None, alias=name))
            for number, (name, field) in enumerate(fields.items())
        }
        self._model = create_model("Answer", __config__=ConfigDict(extra="forbid"), **members)

    def parse(self, text: str) -> dict[str, Any]:
        """Raises `InvalidArguments`."""
        given = filled_in(text)
        try:
            parsed = self._model.model_validate(given)
        except ValidationError as error:
            raise InvalidArguments(readable(error, "The answer is not valid.")) from None
        answer: dict[str, Any] = parsed.model_dump(by_alias=True, exclude_unset=True)
        return answer

    def fitting(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Returns those of the values that are right, where none is needed."""
        try:
            self._model.model_validate(given)
        except ValidationError as error:
            wrong = {
                each["loc"][0] for each in error.errors(include_url=False, include_input=False)
            }
            return {name: value for name, value in given.items() if name not in wrong}
        return dict(given)


def _type(field: Mapping[str, Any]) -> Any:
    options = [option["const"] for option in field.get("oneOf", ())]
    if options:
        return Literal[*options]
    match field["type"]:
        case "string":
            limits = Field(min_length=field.get("minLength"), max_length=field.get("maxLength"))
            check = AfterValidator(_CHECKS.get(field.get("format", ""), str))
            return Annotated[StrictStr, limits, check]
        case "array":
            choice: Any = Literal[*(option["const"] for option in field["items"]["oneOf"])]
            limits = Field(min_length=field.get("minItems"), max_length=field.get("maxItems"))
            return Annotated[GenericAlias(list, choice), limits, AfterValidator(_unique)]
        case "boolean":
            return StrictBool
        case kind:
            limits = Field(ge=field.get("minimum"), le=field.get("maximum"))
            number: Any = StrictInt if kind == "integer" else StrictInt | StrictFloat
            return Annotated[number, limits]


def _unique(chosen: list[str]) -> list[str]:
    if len(set(chosen)) < len(chosen):
        raise ValueError("choose each option at most once")
    return chosen


def _email(text: str) -> str:
    name, at, place = text.rpartition("@")
    if not (name and at and place) or any(letter.isspace() for letter in text):
        raise ValueError("this is no e-mail address")
    return text


def _uri(text: str) -> str:
    if not urlsplit(text).scheme or any(letter.isspace() for letter in text):
        raise ValueError("this is no address")
    return text


def _date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError:
        raise ValueError("this is no date such as 2026-11-30") from None
    return text


def _date_time(text: str) -> str:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("this is no time such as 2026-11-30T12:00:00Z") from None
    return text


_CHECKS: Final[Mapping[str, Callable[[str], str]]] = {
    "email": _email,
    "uri": _uri,
    "date": _date,
    "date-time": _date_time,
}
