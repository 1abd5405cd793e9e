"""What a function asks in the middle of its call.

A function that is under way cannot be stored, and whoever is asked may take a week. So a question
without an answer ends the call, as an exception that functions do not catch; the run waits without
them. Once there is an answer the function is called again from its start, and gets it where it
asked. It is so each time, not only after a restart: an author sees at the first try what is done twice.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Final, TypeVar, overload

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    TypeAdapter,
    ValidationError,
    create_model,
)
from pydantic.errors import PydanticUserError
from pydantic_core import to_json

from backend.domain.action import Action
from backend.domain.text import clean_text
from backend.tools.form import Form
from backend.tools.parameters import InvalidArguments, readable
from backend.tools.strict_schema import tidy
from backend.tools.tool_error import Declined, ToolError

T = TypeVar("T")

MAX_ASKED: Final = 20
"""By one call, those that are asked again included."""
MAX_QUESTION_CHARS: Final = 2_000
MAX_FORM_BYTES: Final = 50_000


class Suspended(BaseException):
    """Leaves a function that asks something. Like a cancellation it is no error, and not to be caught."""


class Asks:
    """For one call. From a thread as well, one question after the other."""

    def __init__(
        self, decided: Sequence[Action] = (), redacted: Callable[[str], str] = str
    ) -> None:
        """`decided` is what the call asked before, in this order. `redacted` takes secrets out."""
        self._redacted = redacted
        self._decided = list(decided)
        self.count = len(decided)
        self.open: Form | None = None
        """What has no answer yet, so that the call ends."""

    @overload
    def ask(self, question: str) -> str: ...

    @overload
    def ask(self, question: str, answer: type[T]) -> T: ...

    @overload
    def ask(self, question: str, answer: Any) -> Any: ...

    def ask(self, question: str, answer: Any = str) -> Any:
        form, parse = _form(answer)
        return self._ask(Form("question", form, parse, self._clean(question)))

    def confirm(self, question: str) -> None:
        self._ask(Form("approval", {}, _nothing, self._clean(question)))

    def _ask(self, form: Form) -> Any:
        if self.open is not None:
            raise Suspended
        problem = None
        while self._decided:
            action = self._decided.pop(0)
            if (action.kind, action.message) != (form.kind, form.message):
                raise RuntimeError(
                    f"It asked {action.message!r} before, and now {form.message!r}: what comes "
                    "before a question must be the same each time that the function is called."
                )
            _refuse_declined(action)
            if action.kind == "approval":
                return None
            try:
                assert action.resolution is not None
                return form.parse(to_json(action.resolution.answer).decode())
            except InvalidArguments as error:
                problem = clean_text(str(error))
        if self.count >= MAX_ASKED:
            raise ToolError(f"A call asks at most {MAX_ASKED} times.")
        self.open = Form(form.kind, form.schema, form.parse, form.message, problem)
        raise Suspended

    def _clean(self, question: str) -> str:
        text = self._redacted(clean_text(question)).strip()
        if not 0 < len(text) <= MAX_QUESTION_CHARS:
            raise ValueError(f"A question has from 1 to {MAX_QUESTION_CHARS:,} characters.")
        return text


def _refuse_declined(action: Action) -> None:
    """Raises `Declined` unless somebody allowed or answered it."""
    resolution = action.resolution
    assert resolution is not None, "the call is made again once it is decided"
    said = {
        "deny": "The user said no to this: {0}",
        "skip": "The user did not answer this question: {0}",
        "expire": "Nobody answered this in time: {0}",
    }.get(resolution.decision)
    if said is None:
        return
    why = f" Reason: {resolution.reason}" if resolution.reason else ""
    message = said.format(action.message) + why
    raise Declined(message, reason=resolution.reason, expired=resolution.decision == "expire")


def _form(answer: Any) -> tuple[dict[str, Any], Callable[[str], Any]]:
    """Returns the schema of an answer and what reads it. Raises `TypeError`.

    A model is asked for by its fields, and anything else by one field.
    """
    is_model = isinstance(answer, type) and issubclass(answer, BaseModel)
    is_model = is_model and not issubclass(answer, RootModel)
    try:
        asked: Any = answer if is_model else _of_one_field(answer)
        schema = asked.model_json_schema()
        schema = tidy(schema) if is_model else schema
    except PydanticUserError as error:
        raise TypeError(f"Nobody can be asked for {answer!r}: {error}") from error
    if len(to_json(schema)) > MAX_FORM_BYTES:
        raise TypeError(f"The form for {answer!r} is too large: at most {MAX_FORM_BYTES:,} bytes.")

    def parse(text: str) -> Any:
        try:
            given = TypeAdapter(asked).validate_json(text)
        except ValidationError as error:
            raise InvalidArguments(readable(error, "The answer is not valid.")) from None
        return given if is_model else given.answer

    return schema, parse


def _of_one_field(answer: Any) -> type[BaseModel]:
    kind: Any = Annotated[str, Field(min_length=1)] if answer is str else answer
    return create_model(
        "Answer", __config__=ConfigDict(extra="forbid"), answer=(kind, Field(title="Answer"))
    )


def _nothing(text: str) -> None:
    raise InvalidArguments("This is answered by yes or no.")
