"""What one transaction changes, and what commands did by it."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from backend.domain.action import ApprovalPolicy
from backend.domain.events import Thread
from backend.domain.frozen_model import FrozenModel
from backend.domain.ids import CommandId, FileId, ItemId, OwnerId, RunId, ThreadId
from backend.domain.items import Item, Run
from backend.store.journal import Journal


@dataclass(slots=True)
class Batch:
    """Changes for one transaction: the last state of each thing, and text that grew."""

    threads: dict[ThreadId, tuple[OwnerId, Thread, int]] = field(default_factory=dict)
    items: dict[ItemId, tuple[ThreadId, Item]] = field(default_factory=dict)
    runs: dict[RunId, Run] = field(default_factory=dict)
    states: dict[RunId, tuple[ThreadId, FrozenModel | None]] = field(default_factory=dict)
    """What `runs/` needs to continue a run; None for a run that has ended."""
    rounds: dict[tuple[RunId, int], tuple[ThreadId, FrozenModel]] = field(default_factory=dict)
    """Parts of these states by their numbers."""
    deltas: Journal = field(default_factory=Journal)
    attached: dict[FileId, tuple[ThreadId, OwnerId]] = field(default_factory=dict)
    """Files that a message took up, its thread and its owner."""
    policies: dict[tuple[str, str], ApprovalPolicy] = field(default_factory=dict)
    """By a thread or an owner and a tool. Only commands change these."""

    def __bool__(self) -> bool:
        """Whether there is anything to store."""
        changes = (self.threads, self.items, self.runs, self.states, self.rounds, self.attached)
        return any(changes) or bool(self.policies) or bool(self.deltas)

    @property
    def changes(self) -> int:
        """How many things it changes."""
        states = len(self.states) + len(self.rounds)
        others = len(self.attached) + len(self.policies)
        shown = len(self.threads) + len(self.items) + len(self.runs)
        return shown + states + others + self.deltas.fields

    @property
    def thread_ids(self) -> set[ThreadId]:
        """The threads that it changes."""
        pairs = (self.items, self.states, self.rounds, self.attached)
        return {
            *self.threads,
            *(run.thread_id for run in self.runs.values()),
            *(each[0] for some in pairs for each in some.values()),
            *self.deltas.threads(),
        }

    def without(self, thread_ids: Container[ThreadId]) -> "Batch":
        """Returns what it changes of other threads."""
        rest = Batch()
        for thread_id, part in self.apart():
            if thread_id not in thread_ids:
                rest = rest.followed_by(part)
        return rest

    def concerns(self, thread_id: ThreadId | None) -> bool:
        """Whether it changes this thread, or any at all."""
        return bool(self) if thread_id is None else thread_id in dict(self.apart())

    def followed_by(self, later: "Batch") -> "Batch":
        """Returns both as one. The later state of a thing wins."""
        return Batch(
            threads=self.threads | later.threads,
            items=self.items | later.items,
            runs=self.runs | later.runs,
            states=self.states | later.states,
            rounds=self.rounds | later.rounds,
            deltas=self.deltas.followed_by(later.deltas, later.items),
            attached=self.attached | later.attached,
            policies=self.policies | later.policies,
        )

    def apart(self) -> "Iterator[tuple[ThreadId, Batch]]":
        """Returns a batch for each thread. They can be stored one by one.

        Changes of one thread are one part, since they refer to one another.
        """
        places: dict[ThreadId, Batch] = {}

        def of(thread_id: ThreadId) -> Batch:
            return places.setdefault(thread_id, Batch())

        for thread_id, thread in self.threads.items():
            of(thread_id).threads[thread_id] = thread
        for run_id, run in self.runs.items():
            of(run.thread_id).runs[run_id] = run
        for run_id, state in self.states.items():
            of(state[0]).states[run_id] = state
        for key, round_ in self.rounds.items():
            of(round_[0]).rounds[key] = round_
        for item_id, item in self.items.items():
            of(item[0]).items[item_id] = item
        for thread_id, deltas in self.deltas.apart():
            of(thread_id).deltas = deltas
        for file_id, attached in self.attached.items():
            of(attached[0]).attached[file_id] = attached
        yield from places.items()


class StoredCommand(NamedTuple):
    """What a command did: what its `ack` returns, however often it is sent."""

    thread_id: ThreadId | None
    item_id: ItemId | None
    run_id: RunId | None


CommandKey = tuple[OwnerId, CommandId]


@dataclass(frozen=True, slots=True)
class Command:
    """What a command did, and what it changed."""

    key: CommandKey
    done: StoredCommand
    batch: Batch

    @property
    def thread_ids(self) -> set[ThreadId]:
        """The threads that it is about."""
        about = self.done.thread_id
        return self.batch.thread_ids | ({about} if about is not None else set())
