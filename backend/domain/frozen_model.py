"""The base of every model that crosses a boundary."""

from pydantic import BaseModel, ConfigDict


class FrozenModel(BaseModel):
    """Immutable; refuses unknown fields, and numbers that JSON does not have."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        json_schema_serialization_defaults_required=True,
    )
