"""Whether what somebody wrote fits the JSON Schema of the form that they were shown.

The schema may be a foreign server's. One that is unusable checks nothing, and none holds up this server:
patterns are not looked at, nor is what a schema at another address says.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import Any, Final

MAX_CHECK_S: Final = 0.25
"""What fits so far counts as fitting then."""
MAX_TOLD: Final = 5
_MAX_CHARS: Final = 200
_NOT_LOOKED_AT: Final = frozenset(
    {
        # Of these some take for ever, and cannot be interrupted.
        *("pattern", "patternProperties", "uniqueItems", "unevaluatedProperties"),
        "unevaluatedItems",
    }
)


class _TooLong(Exception):
    pass


def misfit(value: Any, schema: Mapping[str, Any]) -> str | None:
    """Returns in a few clauses what does not fit, None where all does or nobody can tell."""
    if not schema or '"$schema"' in json.dumps(schema):
        # The library would follow that to a validator of its own.
        return None
    from jsonschema import Draft202012Validator, validators
    from referencing import Registry

    deadline = time.monotonic() + MAX_CHECK_S
    timed = {
        name: partial(_timed, check, deadline)
        for name, check in Draft202012Validator.VALIDATORS.items()
    }
    kept = {**timed, **dict.fromkeys(_NOT_LOOKED_AT, _nothing)}
    # It asks the schema for patterns by itself.
    kept["additionalProperties"] = partial(_without_patterns, timed["additionalProperties"])
    checking = validators.extend(Draft202012Validator, kept)
    try:
        wrong = [*islice(checking(schema, registry=Registry()).iter_errors(value), MAX_TOLD)]
        return "; ".join(map(_clause, wrong)) or None
    except Exception:
        return None


def _timed(check: Callable[..., Any], deadline: float, *given: Any) -> Iterator[Any]:
    if time.monotonic() > deadline:
        raise _TooLong
    yield from check(*given) or ()


def _without_patterns(
    check: Callable[..., Iterator[Any]], validator: Any, value: Any, instance: Any, schema: Any
) -> Iterator[Any]:
    if "patternProperties" not in schema:
        yield from check(validator, value, instance, schema)


def _nothing(*given: Any) -> tuple[()]:
    return ()


def _clause(error: Any) -> str:
    said = str(error.message)
    said = said if len(said) <= _MAX_CHARS else f"{said[: _MAX_CHARS - 1]}…"
    place = ".".join(str(part) for part in error.absolute_path)
    return f"{place}: {said}" if place else said
