"""What models cost: a setting, since prices that came with a program would be wrong by tomorrow."""

import json
from fnmatch import fnmatchcase
from typing import Any, Final

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from backend.domain.usage import Cost, Usage

_PER: Final = 1_000_000
_EXAMPLE: Final = '{"my-model*": {"input": 1.25, "cached": 0.125, "output": 10, "currency": "EUR"}}'


@dataclass(frozen=True, config=ConfigDict(extra="forbid", allow_inf_nan=False))
class Price:
    """Of a million tokens."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached: float | None = Field(default=None, ge=0)
    """None: they cost what others do that are read."""
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")

    def of(self, usage: Usage) -> Cost:
        cached = self.input if self.cached is None else self.cached
        amount = (
            (usage.input_tokens - usage.cached_tokens) * self.input
            + usage.cached_tokens * cached
            + usage.output_tokens * self.output
        )
        return Cost(amount=amount / _PER, currency=self.currency)


Prices = dict[str, Price]
"""By a pattern of model names, in which `*` is any text. The first one that fits counts."""

_PRICES: Final = TypeAdapter(Prices)


def parsed_prices(text: str) -> Prices:
    """Raises `ValueError` with a sentence that says what is wrong where."""
    try:
        value = json.loads(text)
    except ValueError:
        raise ValueError(f"must be JSON such as {_EXAMPLE}") from None
    try:
        return _PRICES.validate_python(value)
    except ValidationError as invalid:
        raise ValueError(f"must be like {_EXAMPLE}, but {_fault(invalid.errors()[0])}") from None


def cost_of(usage: Usage | None, model: str | None, prices: Prices | None) -> Cost | None:
    """Returns None where nothing was counted or the model has no price."""
    if usage is None or model is None or prices is None:
        return None
    fitting = (price for pattern, price in prices.items() if fnmatchcase(model, pattern))
    price = next(fitting, None)
    return price.of(usage) if price is not None else None


def _fault(error: Any) -> str:
    """Returns `"my-model*".input should be a valid number`, which holds no value."""
    place = ".".join(str(part) for part in error["loc"]) or "it"
    words = error["msg"][:1].lower() + error["msg"][1:]
    return f"in {place}: {words}" if error["loc"] else f"{place} is another thing: {words}"
