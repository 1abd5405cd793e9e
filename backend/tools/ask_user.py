"""The built-in tool `ask_user`: the model asks the user a question, with a small form to answer in."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from types import GenericAlias
from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    ValidationError,
    create_model,
)
from pydantic_core import to_json

from backend.domain.action import Action, ApprovalPolicy
from backend.domain.assistant import ASK_USER
from backend.domain.parts import JsonPart
from backend.tools.form import Form
from backend.tools.function import FunctionSpec
from backend.tools.function_tool import ShownAsFunction, failed_call
from backend.tools.parameters import InvalidArguments, Parameters, filled_in, readable
from backend.tools.tool import CallContext, Display, ToolResult

_MAX_FIELDS: Final = 20
_MAX_OPTIONS: Final = 50

_DESCRIPTION = (
    "Ask the user, and wait for the answer: where you need a decision or a fact that only they know. "
    "They see the question with a field for each thing that you want to know, and may skip it."
)


class FormField(BaseModel):
    """One thing to be told."""

    name: Annotated[
        str, Field(pattern=r"^\w{1,64}$", description="The name of the value in the answer.")
    ]
    kind: Annotated[
        Literal["text", "number", "yes_no", "one_of", "several_of"],
        Field(description="How it is answered."),
    ] = "text"
    label: Annotated[str, Field(max_length=200, description="What is asked for, in words.")] = ""
    options: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]],
        Field(max_length=_MAX_OPTIONS, description="The choices of one_of and several_of."),
    ] = []
    required: bool = True


def _signature(
    question: Annotated[str, "The question, in a sentence.", Field(min_length=1, max_length=2000)],
    fields: Annotated[
        list[FormField],
        "What the answer consists of. Empty: one text.",
        Field(max_length=_MAX_FIELDS),
    ] = [],  # noqa: B006
) -> None: ...


class AskUser(ShownAsFunction):
    """A `Tool` that is answered by a person. In a run the answer is its result, so that it is called
    there only with arguments that it refuses; by hand it asks in the middle of its call."""

    repeatable = True
    approval: ApprovalPolicy = "ask"
    _parameters: ClassVar = Parameters.of(_signature, ASK_USER, context_type=type(None))
    spec = FunctionSpec(ASK_USER, _DESCRIPTION, _parameters.schema, _parameters.strict)

    def form(self, arguments: str) -> Form:
        given = self._parameters.parse(arguments)
        answer = _answer(given["fields"] or [FormField(name="answer")])
        return Form("question", answer.model_json_schema(), _parser(answer), given["question"])

    async def call(self, arguments: str, display: Display, context: CallContext) -> ToolResult:
        try:
            form = self.form(arguments)
            if context.decided:
                return _result(form, context.decided[-1])
        except InvalidArguments as error:
            return failed_call(error.code, str(error))
        return replace(failed_call("nobody_to_ask", "Nobody could be asked."), asks=form)


def _result(form: Form, decided: Action) -> ToolResult:
    """Raises `InvalidArguments` for an answer that does not fit the form."""
    resolution = decided.resolution
    if resolution is None or resolution.decision != "answer":
        return failed_call("skipped", "The user did not answer this question.")
    answer = form.parse(to_json(resolution.answer).decode())
    return ToolResult((JsonPart(value=answer),))


def _answer(fields: Sequence[FormField]) -> type[BaseModel]:
    """Returns a model of the answer. Raises `InvalidArguments`."""
    names = [field.name for field in fields]
    if len(set(names)) < len(names):
        raise InvalidArguments("Two fields have the same name.")
    # Field names of ours, since `BaseModel` refuses some.
    members: dict[str, Any] = {
        f"field_{number}": (
            _type(field),
            Field(
                ... if field.required else None,
                alias=field.name,
                title=field.label or field.name,
            ),
        )
        for number, field in enumerate(fields)
    }
    return create_model("Answer", __config__=ConfigDict(extra="forbid"), **members)


def _type(field: FormField) -> Any:
    match field.kind:
        case "text":
            return Annotated[str, Field(min_length=1)] if field.required else str
        case "number":
            return float
        case "yes_no":
            return bool
        case "one_of" | "several_of" if len(field.options) < 2:
            raise InvalidArguments(f"{field.name} needs at least two options.")
        case "one_of":
            return Literal[*field.options]
        case "several_of":
            unique: dict[str, JsonValue] = {"uniqueItems": True}
            choices = GenericAlias(list, Literal[*field.options])
            return Annotated[choices, Field(json_schema_extra=unique), AfterValidator(_unique)]


def _unique(chosen: list[str]) -> list[str]:
    if len(set(chosen)) < len(chosen):
        raise ValueError("choose each option at most once")
    return chosen


def _parser(answer: type[BaseModel]) -> Callable[[str], dict[str, Any]]:
    def parse(text: str) -> dict[str, Any]:
        given = filled_in(text)
        try:
            parsed = answer.model_validate_json(to_json(given))
        except ValidationError as error:
            raise InvalidArguments(readable(error, "The answer is not valid.")) from None
        return parsed.model_dump(by_alias=True, exclude_unset=True)

    return parse
