"""What somebody says, and how the answer is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from backend.domain.errors import InvalidRequest
from backend.domain.ids import ItemId
from backend.domain.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Wishes:
    """How an answer is asked for."""

    timezone: str | None = None
    """The IANA name of the user's time zone."""
    locale: str | None = None
    """The user's language and region, such as `pt-BR`."""
    assistant_id: str | None = None
    """Who answers on the thread from now on; None leaves that as it is."""
    model: str | None = None
    """The model that answers on the thread from now on; empty is the assistant's own, None leaves
    that as it is."""
    instructions: str | None = None
    """Those of the thread from now on; None leaves them as they are."""
    parameters: Parameters | None = None
    """In place of the assistant's own, for this one answer."""

    def of_thread(self) -> dict[str, str | None]:
        """Returns what changes of the thread beside its assistant."""
        changes: dict[str, str | None] = {}
        if self.model is not None:
            changes["model"] = self.model or None
        if self.instructions is not None:
            changes["instructions"] = self.instructions
        return changes


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message of the user."""

    text: str
    file_ids: tuple[str, ...] = ()
    wishes: Wishes = Wishes()
    contexts: Mapping[ItemId, str] = field(default_factory=dict)
    """What apps tell with it, by the calls that brought them."""

    def check(self, max_chars: int) -> None:
        """Raises `InvalidRequest`."""
        if len(self.text) > max_chars:
            raise InvalidRequest(
                f"A message may have {max_chars} characters, this one has {len(self.text)}."
                " Send it in parts.",
                field="text",
            )
        if not self.text.strip():
            raise InvalidRequest("The message is empty. Write something first.", field="text")
