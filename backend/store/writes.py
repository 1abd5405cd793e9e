"""The SQL of a batch and its commands, in the caller's transaction."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from sqlalchemy import Connection, bindparam, delete, select, update

from backend.domain.ids import ThreadId
from backend.domain.items import TERMINAL_STATUSES, Run
from backend.store import schema
from backend.store.batch import Batch, Command, StoredCommand
from backend.store.commands import known_commands
from backend.store.rows import (
    command_row,
    item_row,
    round_row,
    run_row,
    text_rows,
    thread_row,
    usage_row,
)
from backend.store.upserts import Upserts

# Built once: that takes as long as to execute them.
_STATE: Final = (
    update(schema.runs).where(schema.runs.c.id == bindparam("run")).values(state=bindparam("json"))
)
_NO_ROUNDS: Final = delete(schema.run_rounds).where(schema.run_rounds.c.run_id == bindparam("run"))

Check = Callable[[Connection, Iterable[ThreadId]], None]
"""Raises where not all of these threads may be written to."""


def write(
    connection: Connection,
    upsert: Upserts,
    batch: Batch,
    commands: Sequence[Command],
    check: Check | None = None,
) -> list[StoredCommand | None]:
    """Write the batch, then what each new command changed. Returns as `Store.write` does."""
    known = known_commands(connection, [command.key for command in commands])
    if check is not None:
        new = (command for command in commands if command.key not in known)
        check(connection, batch.thread_ids.union(*(command.thread_ids for command in new)))
    answers = []
    rows = []
    for command in commands:
        answers.append(known.get(command.key))
        if answers[-1] is None:
            known[command.key] = command.done
            batch = batch.followed_by(command.batch)
            rows.append(command_row(*command.key, **command.done._asdict()))
    _write_batch(connection, upsert, batch)
    if rows:
        connection.execute(schema.commands.insert(), rows)
    return answers


def _write_batch(connection: Connection, upsert: Upserts, batch: Batch) -> None:
    """Threads first, then runs, then items: each refers to those before it."""
    upsert(connection, schema.threads, [thread_row(*row) for row in batch.threads.values()])
    upsert(connection, schema.runs, [run_row(run) for run in batch.runs.values()])
    upsert(
        connection,
        schema.items,
        [item_row(thread_id, item) for thread_id, item in batch.items.values()],
    )
    titles = ((thread.id, thread.title) for _, thread, _ in batch.threads.values())
    upsert.texts(connection, text_rows(titles, batch.items.values()))
    upsert(connection, schema.deltas, batch.deltas.rows())
    _write_states(connection, upsert, batch)
    files = schema.files
    for file_id, (thread_id, owner) in batch.attached.items():
        connection.execute(
            update(files)
            .where(files.c.id == file_id, files.c.owner == owner, files.c.thread_id.is_(None))
            .values(thread_id=thread_id)
        )
    policies = [
        {"subject": subject, "tool": tool, "policy": policy}
        for (subject, tool), policy in batch.policies.items()
    ]
    upsert(connection, schema.tool_policies, policies)
    for run in batch.runs.values():
        if run.status in TERMINAL_STATUSES:
            connection.execute(
                delete(schema.deltas).where(schema.deltas.c.thread_id == run.thread_id)
            )


def _write_states(connection: Connection, upsert: Upserts, batch: Batch) -> None:
    """The rounds of a state go with it."""
    states = [
        {"run": run_id, "json": state and state.model_dump_json()}
        for run_id, (_, state) in batch.states.items()
    ]
    if states:
        connection.execute(_STATE, states)
    rounds = [round_row(*key, body) for key, (_, body) in batch.rounds.items()]
    upsert(connection, schema.run_rounds, rounds)
    ended = [{"run": row["run"]} for row in states if row["json"] is None]
    if ended:
        connection.execute(_NO_ROUNDS, ended)
        without = {run_id for run_id, (_, state) in batch.states.items() if state is None}
        _count(connection, upsert, [run for id, run in batch.runs.items() if id in without])


def _count(connection: Connection, upsert: Upserts, ended: Sequence[Run]) -> None:
    """Count what runs took that have ended here, and not what was imported."""
    threads = schema.threads.c
    named = select(threads.id, threads.owner).where(
        threads.id.in_({run.thread_id for run in ended})
    )
    owners = {row.id: row.owner for row in connection.execute(named)}
    upsert(connection, schema.usage, [usage_row(owners[run.thread_id], run) for run in ended])
