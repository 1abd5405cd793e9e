"""What a run took: tokens and money."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from backend.domain.frozen_model import FrozenModel

MAX_TOKENS: Final = 10**12
"""More is a mistake of the server that counted, and would make nonsense of every sum."""

Tokens = Annotated[int, AfterValidator(lambda count: min(max(count, 0), MAX_TOKENS))]


class Usage(FrozenModel):
    """Tokens of a whole run, summed over its rounds."""

    input_tokens: Tokens = 0
    """Of each round anew, since a model reads the whole conversation for each."""
    output_tokens: Tokens = 0
    total_tokens: Tokens = 0
    reasoning_tokens: Tokens = 0
    """Those of `output_tokens` that the model thought with."""
    cached_tokens: Tokens = 0
    """Those of `input_tokens` that the server knew from before."""

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            **{name: getattr(self, name) + getattr(other, name) for name in Usage.model_fields}
        )


class Cost(FrozenModel):
    """Money, by the prices that were set when the run ended."""

    amount: float = Field(ge=0)
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    """By its ISO 4217 code."""
