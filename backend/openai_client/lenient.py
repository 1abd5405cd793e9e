"""JSON into structs, field by field where it does not fit as a whole.

Compatible servers send `null` for an index, an object for arguments, a number for an id. Such a
field gets its default, or the value that was evidently meant; everything around it is kept. JSON
that fits takes msgspec's own, fast way.
"""

from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Generic, TypeVar, Union, cast, get_args, get_origin

import msgspec
from msgspec import Raw, Struct
from msgspec.structs import FieldInfo

T = TypeVar("T")

AS_JSON: Final = "as JSON"
JsonText = Annotated[str, AS_JSON]
"""A string that holds JSON. Where a server sends the value itself, it is that value's JSON."""

WORD: Final = "a word"
Word = Annotated[str, WORD]
"""A string that nothing else can stand for, such as a name or a type."""

_TEXT_FIELDS: Final = ("text", "value", "message")
"""A string in place of an object is what the object would have in the first of these."""


class Misfit(Exception):
    """A value that cannot stand for the type."""


class LenientDecoder(Generic[T]):
    """Decodes JSON as `kind`, a struct or a union of tagged structs."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._decode: Callable[[bytes | Raw], T] = msgspec.json.Decoder(kind).decode

    def __call__(self, data: bytes | Raw) -> T:
        """Raises `msgspec.DecodeError` for what is no JSON, or no object at all."""
        try:
            return self._decode(data)
        except msgspec.ValidationError:
            try:
                return cast(T, fitted(msgspec.json.decode(data), self._kind))
            except Misfit:
                pass
            raise


def fitted(value: Any, kind: Any) -> Any:
    """Returns decoded JSON as `kind`. Raises `Misfit`."""
    origin = get_origin(kind)
    if kind is Any:
        return value
    if kind is Raw:
        return Raw(msgspec.json.encode(value))
    if origin is Annotated:
        return _string(value, get_args(kind)[1])
    if origin in (Union, UnionType):
        return _one_of(value, get_args(kind))
    if origin is list:
        return _list(value, *get_args(kind))
    plain = origin or kind
    if isinstance(plain, type) and issubclass(plain, Struct):
        return _struct(value, kind)
    if kind is str:
        return _string(value)
    if kind in (int, float):
        return _number(value, kind)
    if isinstance(value, plain):
        return value
    raise Misfit


def _one_of(value: Any, kinds: tuple[Any, ...]) -> Any:
    if value is None and NoneType in kinds:
        return None
    for kind in kinds:
        try:
            return fitted(value, kind)
        except Misfit:
            continue
    raise Misfit


def _list(value: Any, kind: Any) -> list[Any]:
    """Without the elements that do not fit. A single object or text is a list of one."""
    if not isinstance(value, list):
        if not isinstance(value, dict | str) or not value:
            raise Misfit
        value = [value]
    fitting: list[Any] = []
    for element in value:
        try:
            fitting.append(fitted(element, kind))
        except Misfit:
            continue
    return fitting


def _struct(value: Any, kind: type[Struct]) -> Struct:
    fields = _fields(kind)
    if isinstance(value, str) and value:
        value = {name: value for name in _TEXT_FIELDS if name in fields}
    if not isinstance(value, dict):
        raise Misfit
    found: dict[str, Any] = {}
    for name, field in fields.items():
        if name in value:
            try:
                found[field.name] = fitted(value[name], field.type)
            except Misfit:
                if field.required:
                    raise
        elif field.required:
            raise Misfit
    return kind(**found)


@cache
def _fields(kind: type[Struct]) -> dict[str, FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


def _string(value: Any, meaning: str = "") -> str:
    match value:
        case str():
            return value
        case int() | float() if meaning != WORD and not isinstance(value, bool):
            return str(value)
        case dict() | list() if meaning == AS_JSON:
            return msgspec.json.encode(value).decode()
        case _:
            raise Misfit


def _number(value: Any, kind: type[int] | type[float]) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Misfit
    try:
        number = kind(value) if isinstance(value, int) else float(value)
        if kind is float or number == int(number):
            return kind(number)
    except (ValueError, OverflowError):
        pass
    raise Misfit
