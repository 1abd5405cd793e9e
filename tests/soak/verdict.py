"""Checks that every tab shows what is stored, that no command was executed twice, and that runs were
parked and woken."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, RowMapping, create_engine, text

from backend.domain.ids import CommandId
from backend.domain.items import ITEM, TERMINAL_STATUSES, Item, Run, ToolCallBase, UserMessage
from backend.domain.transcript import Transcript
from backend.store.database import Database
from backend.store.store import Store
from tests.reducer import browser_states, items_of
from tests.soak.ledger import STARTERS, Ledger
from tests.soak.tab import Tab, Visitor


async def check(database: str, visitors: Sequence[Visitor], ledger: Ledger) -> None:
    """Add all problems to the ledger. Call this after the servers have stopped."""
    store = Store(Database(database))
    try:
        for visitor in visitors:
            assert visitor.thread_id is not None
            stored = await store.threads.get(visitor.thread_id)
            if stored is None:
                ledger.problem(f"{visitor.thread_id} was acknowledged and is not there")
                continue
            ledger.counts["threads"] += 1
            truth = stored.transcript()
            for number, tab in enumerate(visitor.tabs):
                _compare(f"Tab {number} of {visitor.thread_id}", tab.transcript, truth, ledger)
    finally:
        await store.close()
    await _check_page([tab for visitor in visitors for tab in visitor.tabs], ledger)
    engine = create_engine(database.replace("+aiosqlite", ""))
    with engine.connect() as connection:
        _check_commands(connection, ledger)
    engine.dispose()


def _compare(who: str, view: Transcript, truth: Transcript, ledger: Ledger) -> None:
    for seen, stored in zip_longest(view.items, truth.items):
        ledger.counts["items compared"] += 1
        if seen != stored:
            ledger.problem(f"{who} shows {seen!r} where {stored!r} is stored")
            return
    if view.forks != truth.forks:
        ledger.problem(f"{who} shows the branches {view.forks}, stored are {truth.forks}")
    if [*view.runs.values()] != [*truth.runs.values()]:
        ledger.problem(f"{who} shows the runs {view.runs}, stored are {truth.runs}")
    if view.seq != truth.seq:
        ledger.problem(f"{who} is at event {view.seq}, stored is {truth.seq}")


async def _check_page(tabs: Iterable[Tab], ledger: Ledger) -> None:
    """Compare the state that the page's reducer makes of the same frames."""
    recorded = [(tab, tab.frames) for tab in tabs if tab.frames is not None]
    states = await browser_states([frames for _, frames in recorded])
    for (tab, _), state in zip(recorded, states, strict=True):
        ledger.counts["views of the page compared"] += 1
        if state["resync"] or items_of(state) != tab.transcript.items:
            ledger.problem(f"The page shows something else than {tab.transcript.items}: {state}")


def _check_commands(connection: Connection, ledger: Ledger) -> None:
    def rows(table: str) -> Sequence[RowMapping]:
        return connection.execute(text(f"SELECT * FROM {table}")).mappings().all()

    done = {CommandId(row["id"]): row for row in rows("commands")}
    items = [ITEM.validate_json(row["body"]) for row in rows("items")]
    runs = {row["id"]: Run.model_validate_json(row["body"]) for row in rows("runs")}
    for command_id, sent in ledger.commands.items():
        row = done.get(command_id)
        if sent.ack is not None:
            ledger.counts["commands acknowledged"] += 1
            if row is None or sent.ack.model_dump(exclude={"id", "type"}) != _answer(row):
                ledger.problem(f"{sent.frame} was acknowledged, but stored is {row and dict(row)}")
        elif row is not None and sent.refusals:
            ledger.problem(f"{sent.frame} was refused ({sent.refusals}) and yet done")
    for command_id in done.keys() - ledger.commands.keys():
        ledger.problem(f"{command_id} was done and never sent")
    _check_messages(items, done, ledger)
    _check_decisions(items, ledger)
    started = Counter(
        row["run_id"]
        for command_id, row in done.items()
        if ledger.commands[command_id].type in STARTERS
    )
    if started != Counter(runs.keys()):
        ledger.problem(f"Commands started {started}, stored are {sorted(runs)}")
    for run in runs.values():
        ending = f"{run.status} {run.error.code}" if run.error else run.status
        ledger.counts[f"runs {ending}"] += 1
        if run.status not in TERMINAL_STATUSES or (run.status == "failed" and not _fine(run)):
            ledger.problem(f"This run should have ended well: {run}")


def _check_messages(items: Sequence[Item], done: dict[CommandId, Any], ledger: Ledger) -> None:
    found: dict[str, list[str]] = {}
    for item in items:
        if isinstance(item, UserMessage):
            found.setdefault(item.text, []).append(item.id)
    for command_id, sent in ledger.commands.items():
        if "text" not in sent.frame:
            continue
        wanted = [done[command_id]["item_id"]] if command_id in done else []
        if found.pop(sent.frame["text"], []) != wanted:
            ledger.problem(f"{sent.frame} should be there as {wanted}")
    if found:
        ledger.problem(f"Nobody said {found}")


def _check_decisions(items: Sequence[Item], ledger: Ledger) -> None:
    actions = {item.id: item.required_action for item in items if isinstance(item, ToolCallBase)}
    for sent in ledger.commands.values():
        if sent.type != "action.resolve" or sent.ack is None:
            continue
        for item_id in sent.frame["item_ids"]:
            ledger.counts["decisions compared"] += 1
            action = actions[item_id]
            decided = action.resolution if action is not None else None
            if decided is None or decided.decision != sent.frame["decision"]:
                ledger.problem(f"{sent.frame} was acknowledged, but stored is {action}")
    ledger.counts["runs parked"] = len(ledger.parked)
    ledger.counts["runs woken"] = len(ledger.woken)
    if not ledger.woken:
        ledger.problem(f"No run was woken, and {len(ledger.parked)} were parked")


def _answer(row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in ("thread_id", "item_id", "run_id")}


def _fine(run: Run) -> bool:
    return run.error is not None and run.error.code == "interrupted"


async def settle(visitors: Sequence[Visitor], timeout_s: float, ledger: Ledger) -> None:
    """Wait until all commands are answered, no run goes on and all tabs have the same events."""
    await _until(_agree, visitors, timeout_s, ledger)


async def park_and_wake(visitors: Sequence[Visitor], timeout_s: float, ledger: Ledger) -> None:
    """Have a run of every thread wait for somebody, then decide on everything that waits."""
    for tab in _first(visitors):
        await tab.park()
    await _until(lambda visitor: visitor.tabs[0].is_parked, visitors, timeout_s, ledger)
    parked = [(tab, run) for tab in _first(visitors) if (run := tab.transcript.active_run)]
    for tab, run in parked:
        ledger.updated(run)
        await tab.wake()
    await _until(_has_ended, visitors, timeout_s, ledger)
    for tab, run in parked:
        ledger.updated(tab.transcript.runs.get(run.id, run))


def _first(visitors: Sequence[Visitor]) -> Iterator[Tab]:
    return (visitor.tabs[0] for visitor in visitors)


async def _until(
    holds: Callable[[Visitor], bool],
    visitors: Sequence[Visitor],
    timeout_s: float,
    ledger: Ledger,
) -> None:
    try:
        async with asyncio.timeout(timeout_s):
            while not all(map(holds, visitors)):
                ledger.news.clear()
                await ledger.news.wait()
    except TimeoutError:
        for visitor in visitors:
            if not holds(visitor):
                told = [
                    (t.transcript.seq, t.transcript.active_run, t.settled, [*t.unanswered])
                    for t in visitor.tabs
                ]
                ledger.problem(f"{visitor.thread_id} did not come to rest: {told}")


def _agree(visitor: Visitor) -> bool:
    return (
        all(tab.settled for tab in visitor.tabs)
        and len({tab.transcript.seq for tab in visitor.tabs}) == 1
    )


def _has_ended(visitor: Visitor) -> bool:
    return _agree(visitor) and all(tab.transcript.active_run is None for tab in visitor.tabs)
