"""The state machine of a run. Pure: no I/O, no clock, no event loop.

                    ┌──────────────────── Ask ◀────────────────────┐
                    ▼                                              │
    Started ──▶  asking  ──CallsRequired──▶  calling  ──last CallAnswered
                    │                         │  ▲ │
                    │ RoundEnded              │  │ └─ only waiting calls left: Park
                    │ RoundFailed             │  └─── Started, CallAllowed: Call
                    ▼                         │
                  ended  ◀─────── Cut ────────┘

    Started                a stop was asked for         end as cancelled
    Started, in asking     a remote run is known        Resume, and if that fails:
                           first or second attempt      Rewind to the boundary, then Ask
                           third attempt                end as interrupted
    Started, in calling    begun calls repeatable       Call them again (second attempt)
                           any of them not, or third    end as interrupted
                           only waiting calls           Park
    CallsRequired          repeated by a resumed run    Ask with the outputs that are stored
                           too many rounds              end
                           the same as five times       end
    Remarked               anywhere                     remember the note, which the end tells
    ModelGone              before a round has begun     remember that, and the note
    StopAsked              the driver is told to stop   remember it, should the process die first
    Cut                    stop, timeout, error         end, and cancel the remote run
    Detached               the server stops             stay as is, or end as interrupted where a
                                                        begun call must not be repeated

A call waits for a decision, is free to be begun, or has begun. `CallAllowed` frees a waiting one; any
other decision is its output, as `CallAnswered`. One that asks while it is under way waits again. A parked run has no process: whoever decides starts
one, which brings the decisions along in `Started`.

The driver stores each new state before it performs the effects. `Flush` makes the driver wait
until the state is stored.
"""

from typing import Any, Final, TypeVar, assert_never

from backend.domain.ids import ItemId
from backend.domain.parts import in_words
from backend.domain.usage import Usage
from backend.runs.effects import (
    Ask,
    Call,
    CancelRemote,
    Effect,
    Effects,
    End,
    Flush,
    Park,
    Resume,
    Rewind,
)
from backend.runs.endings import interrupted, repeats_itself, stopped, too_many_rounds
from backend.runs.events import (
    CallAllowed,
    CallAnswered,
    CallAsked,
    CallsRequired,
    Cut,
    Decision,
    Detached,
    Event,
    ModelGone,
    Remarked,
    RemoteNamed,
    RoundEnded,
    RoundFailed,
    Started,
    StopAsked,
)
from backend.runs.state import OpenCall, Round, RunState, Stage
from backend.upstreams.events import RunEnded
from backend.upstreams.request import ToolOutput

_Model = TypeVar("_Model", RunState, OpenCall, Round)

MAX_ATTEMPTS: Final = 2
"""Of a round, or of its calls. A stop in good order costs none."""

MAX_SAME_ROUNDS: Final = 5
"""In a row, with the same calls and the same outputs."""


Step = tuple[RunState, Effects]


def step(state: RunState, event: Event) -> Step:
    """Returns the next state and what has to be done, in order.

    An event that comes too late changes nothing.
    """
    if state.phase == "ended":
        return state, ()
    match event:
        case Started():
            return _started(_at(state, event), event.decisions)
        case Remarked(note):
            notes = tuple(dict.fromkeys((*state.notes, note)))
            return _with(state, notes=notes), ()
        case ModelGone(note):
            return _with(state, model=None, notes=(*state.notes, note)), ()
        case RemoteNamed(remote):
            if state.remote is not None and state.remote.state == remote.state:
                return state, ()
            return _with(state, remote=remote), (Flush(),)
        case CallsRequired():
            return _calls_required(state, event)
        case CallAllowed() | CallAnswered():
            decided = _decided(state, event)
            return _go_on(decided, _head(event)) if decided is not state else (state, ())
        case CallAsked(item_id, keeps):
            calls = tuple(call for call in state.at("begun") if call.item_id == item_id)
            asking = _with_calls(state, "waiting", calls, kept=keeps)
            return _go_on(asking, None) if calls else (state, ())
        case RoundEnded(ended):
            return _end(state, ended)
        case RoundFailed(ended):
            if state.session == "resuming":
                again, effects = _ask_again(state)
                return again, (CancelRemote(), *effects)
            return _end(state, ended, CancelRemote())
        case StopAsked():
            return _with(state, stopping=True), ()
        case Cut(ended):
            return _end(state, ended, CancelRemote())
        case Detached():
            if state.stopping:
                return _end(state, stopped(), CancelRemote())
            if not all(call.repeatable for call in state.at("begun")):
                return _end(state, interrupted(), CancelRemote())
            return _with(state, attempt=max(state.attempt - 1, 0), session="none"), ()
        case _:
            assert_never(event)


def _at(state: RunState, event: Started) -> RunState:
    """Another upstream understands nothing of what the former one knew."""
    if state.place not in (None, event.place):
        rounds = tuple(_with(done, native=None) for done in state.rounds)
        state = _with(state, remote=None, rounds=rounds)
    return _with(state, place=event.place, assistant=event.assistant, session="none")


def _started(state: RunState, decisions: tuple[Decision, ...]) -> Step:
    if state.stopping:
        return _end(state, stopped())
    if state.phase == "asking":
        return _ask(state) if state.remote is not None else _ask_again(state)
    begun = state.at("begun")
    state = _with(state, attempt=state.attempt + 1)
    if state.attempt > MAX_ATTEMPTS or not all(call.repeatable for call in begun):
        return _end(state, interrupted())
    state = _with_calls(state, "free", begun)
    head_id = None
    for decision in decisions:
        state, head_id = _decided(state, decision), _head(decision) or head_id
    return _go_on(state, head_id)


def _ask(state: RunState) -> Step:
    """The first time that this process asks for the present round."""
    if state.session == "open":
        outputs = tuple(map(_output, state.rounds[-1].calls))
        return state, (Ask(outputs),)
    if state.remote is not None:
        return _with(state, session="resuming"), (Resume(state.remote),)
    return _with(state, session="open"), (Ask(),)


def _ask_again(state: RunState) -> Step:
    """Ask for the round in a new session, which knows of no remote run."""
    state = _with(state, attempt=state.attempt + 1, remote=None, session="open")
    if state.attempt > MAX_ATTEMPTS:
        return _end(state, interrupted())
    rewind = Rewind(state.boundary)
    return state, (rewind, Ask()) if state.attempt == 1 else (rewind, Flush(), Ask())


def _calls_required(state: RunState, event: CallsRequired) -> Step:
    calls = tuple(
        _with(call, output=state.output_of(call.item_id)) if call.output is None else call
        for call in event.calls
    )
    state = _with(state, session="open")
    if calls and all(call.output is not None for call in calls):
        # A resumed run still waits for these outputs, of which it may have been told or not.
        return state, (Ask(tuple(map(_output, calls))),)
    state = _with_usage(state, event.usage)
    if len(state.rounds) >= state.max_rounds:
        return _end(state, too_many_rounds(state.max_rounds), CancelRemote())
    if _learns_nothing(state, calls):
        return _end(state, repeats_itself(MAX_SAME_ROUNDS), CancelRemote())
    present = Round(after=state.boundary, calls=calls, native=event.native)
    state = _with(state, phase="calling", rounds=(*state.rounds, present))
    return _go_on(state, state.boundary)


def _learns_nothing(state: RunState, calls: tuple[OpenCall, ...]) -> bool:
    """Whether each of the last rounds asked for just these calls, and got the same outputs.

    A server that drops outputs has its model ask for ever. Whoever waits for something to happen
    gets another output some time.
    """
    last = state.rounds[-MAX_SAME_ROUNDS:]
    if len(last) < MAX_SAME_ROUNDS or not calls:
        return False
    return all(
        _asked_for(done.calls) == _asked_for(calls) and _told(done.calls) == _told(last[0].calls)
        for done in last
    )


def _told(calls: tuple[OpenCall, ...]) -> list[str]:
    """Returns outputs in words: a picture that is made again is another file."""
    return [in_words(call.output or ()) for call in calls]


def _asked_for(calls: tuple[OpenCall, ...]) -> list[tuple[str, str]]:
    return [(call.name, call.arguments) for call in calls]


def _decided(state: RunState, decision: Decision) -> RunState:
    """Returns the same state for a decision that comes too late."""
    match decision:
        case CallAllowed(item_id):
            calls = tuple(call for call in state.at("waiting") if call.item_id == item_id)
            return _with_calls(state, "free", calls) if calls else state
        case CallAnswered(item_id, output):
            calls = tuple(call for call in state.pending if call.item_id == item_id)
            return _with_calls(state, "begun", calls, output=output, kept=None) if calls else state


def _head(decision: Decision) -> ItemId | None:
    return decision.head_id if isinstance(decision, CallAnswered) else None


def _with_calls(
    state: RunState, stage: Stage, changed: tuple[OpenCall, ...], **changes: Any
) -> RunState:
    """Returns the state with these calls of the present round at another stage."""
    if not changed:
        return state
    *finished, present = state.rounds
    ids = {call.item_id for call in changed}
    calls = tuple(
        _with(call, stage=stage, **changes) if call.item_id in ids else call
        for call in present.calls
    )
    return _with(state, rounds=(*finished, _with(present, calls=calls)))


def _go_on(state: RunState, head_id: ItemId | None) -> Step:
    """Begin the calls that are free, or do what has to be done without one."""
    if free := state.at("free"):
        return _with_calls(state, "begun", free), (Call(free),)
    if state.at("begun"):
        return state, ()
    if state.pending:
        return _with(state, attempt=0), (Park(),)
    assert head_id is not None, "one of the calls was answered last"
    return _all_answered(state, head_id)


def _all_answered(state: RunState, head_id: ItemId) -> Step:
    state = _with(
        state,
        phase="asking",
        boundary=head_id,
        attempt=1,
        # A round that is told again needs no remote run to be resumed for it.
        remote=state.remote if state.rounds[-1].native is None else None,
    )
    asking, effects = _ask(state)
    return asking, (Flush(), *effects)


def _end(state: RunState, ended: RunEnded, *after: Effect) -> Step:
    state = _with_usage(_with(state, phase="ended"), ended.usage)
    return state, (End(RunEnded(ended.status, ended.error, state.usage)), *after)


def _output(call: OpenCall) -> ToolOutput:
    return ToolOutput(call.call_id, call.output or ())


def _with_usage(state: RunState, taken: Usage | None) -> RunState:
    """Returns the state with what a round has taken."""
    if taken is None:
        return state
    usage = taken if state.usage is None else state.usage + taken
    return _with(state, usage=usage, context_tokens=taken.input_tokens)


def _with(model: _Model, /, **changes: Any) -> _Model:
    return model.model_copy(update=changes)
