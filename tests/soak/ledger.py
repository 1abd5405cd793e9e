"""The commands sent, the answers received, and the problems found."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from backend.domain.ids import CommandId, RunId
from backend.domain.items import Run
from backend.websocket.messages import Ack, Error

STARTERS = frozenset({"message.send", "message.edit", "run.retry"})
"""Commands that start a run."""


@dataclass
class Sent:
    """A command and its answers on all sockets."""

    frame: dict[str, Any]
    ack: Ack | None = None
    refusals: list[str] = field(default_factory=list)

    @property
    def type(self) -> str:
        return str(self.frame["type"])


@dataclass
class Ledger:
    counts: Counter[str] = field(default_factory=Counter)
    commands: dict[CommandId, Sent] = field(default_factory=dict)
    parked: set[RunId] = field(default_factory=set)
    woken: set[RunId] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by every frame that any tab receives."""

    def enter(self, type: str, **fields: Any) -> dict[str, Any]:
        """Returns the frame of a new command. It may be sent more than once."""
        command_id = CommandId(f"cmd_{len(self.commands)}")
        if "text" in fields:
            # No two messages have the same text, so that each can be recognized.
            is_call = fields["text"].startswith("jot ")
            fields["text"] += f"-{command_id}" if is_call else f" ({command_id})"
        frame = {"type": type, "id": command_id, **fields}
        self.commands[command_id] = Sent(frame)
        return frame

    def updated(self, run: Run) -> None:
        """Keep that a run is parked, or goes on after that."""
        if run.is_parked:
            self.parked.add(run.id)
        elif run.id in self.parked:
            self.woken.add(run.id)

    def acknowledged(self, ack: Ack) -> None:
        sent = self.commands[CommandId(ack.id)]
        self.counts["acks"] += 1
        if sent.ack is None:
            sent.ack = ack
        elif sent.ack != ack:
            self.problem(f"{ack.id} was acknowledged as {sent.ack}, then as {ack}")

    def refused(self, error: Error) -> None:
        if error.code in LATER:
            self.counts[f"later {error.code}"] += 1
            return
        if error.id is None:
            self.problem(f"A frame was refused: {error}")
            return
        sent = self.commands[CommandId(error.id)]
        sent.refusals.append(error.code)
        self.counts[f"refused {error.code}"] += 1
        if error.code not in EXPECTED:
            self.problem(f"{sent.frame} was refused: {error}")

    def problem(self, sentence: str) -> None:
        self.problems.append(sentence)


LATER = frozenset({"store_unavailable", "elsewhere"})
"""Refusals that a tab answers by sending again: a process cannot do anything now."""

EXPECTED = frozenset({"run_active", "not_found", "not_last_run", "already_answered", "not_waiting"})
"""Refusals that a tab gets when its view lags: another tab was faster, or a branch is gone."""
