"""Runs that wait for somebody, as scripts see them."""

import itertools
from collections.abc import Callable
from typing import Any

from backend.domain.action import Resolution
from backend.domain.events import RunUpdated
from backend.domain.items import FunctionCall, Item, Run
from backend.websocket.messages import Ack, Error
from tests.running import ScriptSocket
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message

MILK = ("save_note", '{"text": "Milk"}')
BREAD = ("save_note", '{"text": "Bread"}')
WEATHER = ("get_weather", '{"location": "Oslo", "dates": []}')
QUESTION = ("ask_user", '{"question": "Why?"}')
BROKEN = ("save_note", "{}")

_numbers = itertools.count(1)


def script(upstream: ScriptedUpstream, *wanted: tuple[str, str]) -> None:
    """The next run makes these calls at once; each that goes on says so."""
    upstream.scripts.insert(0, [calls(*wanted)])
    upstream.script([*message("Done."), COMPLETED])


async def parked(
    upstream: ScriptedUpstream, socket: ScriptSocket, *wanted: tuple[str, str]
) -> list[FunctionCall]:
    """Returns the calls that a run of these waits with."""
    script(upstream, *wanted)
    await socket.say("Do it.", id=f"say_{next(_numbers)}")
    await until_parked(socket)
    return waiting(socket)


def told(upstream: ScriptedUpstream) -> list[str]:
    """What the model was told that its calls returned, when the run went on."""
    [done] = upstream.sessions[-1].request.rounds
    return [output.output for output in done.outputs]


def call_in(socket: ScriptSocket, call: FunctionCall) -> FunctionCall:
    """The call as the socket has it now."""
    item = socket.transcript.item(call.id)
    assert isinstance(item, FunctionCall)
    return item


def decided(socket: ScriptSocket, call: FunctionCall) -> Resolution:
    action = call_in(socket, call).required_action
    assert action is not None
    assert action.resolution is not None
    return action.resolution


def waiting(socket: ScriptSocket) -> list[FunctionCall]:
    return [
        item
        for item in socket.transcript.items
        if isinstance(item, FunctionCall) and item.status == "awaiting_approval"
    ]


async def until(socket: ScriptSocket, holds: Callable[[], bool]) -> None:
    while not holds():
        await socket.next()


async def until_parked(socket: ScriptSocket) -> Run:
    def parked() -> bool:
        run = socket.transcript.active_run
        return run is not None and run.is_parked

    await until(socket, parked)
    run = socket.transcript.active_run
    assert run is not None
    return run


async def resolve(
    socket: ScriptSocket, *items: Item, decision: str = "allow", **fields: Any
) -> Ack | Error:
    """Send a decision and return what the server answers."""
    number = f"resolve_{next(_numbers)}"
    ids = [item.id for item in items]
    await socket.send(type="action.resolve", id=number, item_ids=ids, decision=decision, **fields)
    while True:
        received = await socket.next()
        if isinstance(received, Ack | Error) and received.id == number:
            return received


def parkings(socket: ScriptSocket) -> list[str]:
    return [event.run.status for event in socket.received if isinstance(event, RunUpdated)]
