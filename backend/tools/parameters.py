"""The parameters of a function: their JSON Schema, and the validation of a call's arguments.

pydantic makes the schema and validates. What it lacks is done here: strict mode, names that
`BaseModel` would refuse, and problems told to a model in one sentence each.
"""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.errors import PydanticUserError
from pydantic_core import from_json, to_json

from backend.tools.strict_schema import Schema, accepts_null, strict, tidy

FIELD_PREFIX = "argument_"
"""Lets a parameter have a name that `BaseModel` itself defines, such as `copy`."""

MAX_REPORTED_PROBLEMS = 10


class InvalidArguments(Exception):
    """Arguments that a function cannot be called with. The message is for the model."""

    def __init__(self, message: str, *, code: str = "invalid_arguments") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Parameters:
    """The arguments that one function takes."""

    schema: Schema
    """For a model."""
    form: Schema
    """For a person: with the limits, defaults and absent values that strict mode leaves out."""
    strict: bool
    context_name: str | None
    """The parameter that receives the `ToolContext`, if there is one."""
    _model: type[BaseModel]
    _null_means_default: frozenset[str]

    @classmethod
    def of(cls, implementation: Callable[..., Any], name: str, context_type: type) -> "Parameters":
        """Returns the parameters of a signature. Raises `TypeError` if JSON cannot express them."""
        hints = _type_hints(implementation, name)
        context_name: str | None = None
        fields: dict[str, Any] = {}
        for parameter in inspect.signature(implementation).parameters.values():
            if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
                raise TypeError(f"{name}: {parameter} cannot be passed by name, as models do")
            if parameter.name not in hints:
                raise TypeError(f"{name}: parameter {parameter.name} has no type annotation")
            hint = hints[parameter.name]
            if _plain(hint) is context_type:
                context_name = parameter.name
                continue
            default = ... if parameter.default is parameter.empty else parameter.default
            fields[FIELD_PREFIX + parameter.name] = (_described(hint), default)
        model = _model(name, fields)
        schema = _schema(name, model)
        optional = schema["properties"].keys() - set(schema.get("required", ()))
        strict_schema = strict(schema)
        return cls(
            schema=strict_schema or schema,
            form=schema,
            strict=strict_schema is not None,
            context_name=context_name,
            _model=model,
            _null_means_default=frozenset(
                key
                for key in optional
                if not accepts_null(schema["properties"][key], schema.get("$defs", {}))
            ),
        )

    def parse(self, arguments: str) -> dict[str, Any]:
        """Returns keyword arguments from a call's JSON text. Raises `InvalidArguments`."""
        given = arguments_in(arguments)
        for name in self._null_means_default & given.keys():
            if given[name] is None:
                del given[name]
        try:
            parsed = self._model.model_validate_json(to_json(given))
        except ValidationError as error:
            raise InvalidArguments(readable(error)) from None
        return {
            field.removeprefix(FIELD_PREFIX): getattr(parsed, field)
            for field in self._model.model_fields
        }


def _type_hints(implementation: Callable[..., Any], name: str) -> dict[str, Any]:
    try:
        return get_type_hints(implementation, include_extras=True)
    except NameError as error:
        raise TypeError(
            f"{name}: the annotations cannot be evaluated: {error}. "
            "Import the names they use outside of `if TYPE_CHECKING`."
        ) from error


def _model(name: str, fields: dict[str, Any]) -> type[BaseModel]:
    config = ConfigDict(
        extra="forbid", alias_generator=lambda field: field.removeprefix(FIELD_PREFIX)
    )
    try:
        return create_model(name, __config__=config, **fields)
    except PydanticUserError as error:
        raise TypeError(f"{name}: a parameter's type cannot be validated: {error}") from error


def _schema(name: str, model: type[BaseModel]) -> Schema:
    try:
        return {"type": "object", "properties": {}, **tidy(model.model_json_schema())}
    except PydanticUserError as error:
        raise TypeError(f"{name}: a parameter's type has no JSON Schema: {error}") from error


def _plain(hint: Any) -> Any:
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def _described(hint: Any) -> Any:
    """Returns `Annotated[T, "text"]` with the text as pydantic's description."""
    if get_origin(hint) is not Annotated:
        return hint
    for note in hint.__metadata__:
        if isinstance(note, str):
            return Annotated[hint, Field(description=inspect.cleandoc(note))]
    return hint


def readable(error: ValidationError, lead: str = "The arguments are not valid.") -> str:
    """Returns each problem in a clause: the argument, what is wrong, the value given."""
    problems = error.errors(include_url=False, include_context=False)
    lines = [
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
        + ("" if problem["type"] == "missing" else f" (given: {_brief(problem['input'])})")
        for problem in problems[:MAX_REPORTED_PROBLEMS]
    ]
    if len(problems) > MAX_REPORTED_PROBLEMS:
        lines.append(f"and {len(problems) - MAX_REPORTED_PROBLEMS} more")
    return f"{lead} {'; '.join(lines)}."


def _brief(value: Any) -> str:
    text = to_json(value, fallback=repr).decode()
    return text if len(text) <= 80 else text[:79] + "…"


def arguments_in(text: str) -> dict[str, Any]:
    """Returns the values in a call's JSON text. Raises `InvalidArguments`.

    Empty text counts as `{}`, since some servers send it for a function without parameters.
    """
    try:
        # Half of a surrogate pair becomes bytes that are refused below as invalid JSON.
        data = text.strip().encode(errors="surrogatepass")
        given = from_json(data or b"{}", allow_inf_nan=False)
    except ValueError as error:
        raise InvalidArguments(
            f"The arguments are not valid JSON: {error}.", code="invalid_json"
        ) from None
    if not isinstance(given, dict):
        raise InvalidArguments(f"The arguments must be one JSON object, not {_json_kind(given)}.")
    _refuse_infinite(given, "The arguments hold")
    return given


def filled_in(text: str) -> dict[str, Any]:
    """Returns the fields that are filled in, from the JSON text of an answer. Raises `InvalidArguments`."""
    return {name: value for name, value in answer_in(text).items() if value is not None}


def answer_in(text: str) -> dict[str, Any]:
    """Returns the JSON object that is an answer, from its text. Raises `InvalidArguments`."""
    try:
        given = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise InvalidArguments(f"The answer is not valid JSON: {error}.") from None
    if not isinstance(given, dict):
        raise InvalidArguments("The answer must be one JSON object.")
    _refuse_infinite(given, "The answer holds")
    return given


def _refuse_infinite(given: dict[str, Any], lead: str) -> None:
    """Raises `InvalidArguments` for a number such as 1e999, which would be told as another or as none."""
    try:
        json.dumps(given, allow_nan=False)
    except ValueError:
        raise InvalidArguments(f"{lead} a number that is too large.") from None


def _json_kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case _:
            return "an array"
