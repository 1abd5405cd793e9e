"""Every transition of a run's state machine: values in, values out."""

import pytest

from backend.domain.assistant import Assistant
from backend.domain.ids import FileId, ItemId
from backend.domain.items import RunError
from backend.domain.parts import ImagePart, TextPart
from backend.domain.usage import Usage
from backend.runs.effects import Ask, Call, CancelRemote, Effects, End, Flush, Park, Resume, Rewind
from backend.runs.engine import step
from backend.runs.events import (
    CallAllowed,
    CallAnswered,
    CallsRequired,
    Cut,
    Decision,
    Detached,
    Event,
    RemoteNamed,
    RoundEnded,
    RoundFailed,
    Started,
    StopAsked,
)
from backend.runs.state import OpenCall, RemoteRun, RunState, changed_rounds, load_state
from backend.upstreams.events import RunEnded
from backend.upstreams.request import ToolOutput

PLACE = ("demo", "here")
ASSISTANT = Assistant("asst_1", "Ada", "m")
START = Started(PLACE, ASSISTANT)
QUESTION = ItemId("question")
NEW = RunState(boundary=QUESTION, timezone="UTC", max_rounds=2)
REMOTE = RemoteRun(after=QUESTION, state={"id": "r"})
BROKEN = RunEnded("failed", RunError(code="upstream_broken", message="Broken."))
STOPPED = RunEnded("cancelled")
COMPLETED = RunEnded("completed", usage=Usage(input_tokens=1, output_tokens=2, total_tokens=3))


def call(name: str, *, repeatable: bool = True) -> OpenCall:
    return OpenCall(
        item_id=ItemId(f"item_{name}"),
        call_id=f"call_{name}",
        name=name,
        arguments="{}",
        repeatable=repeatable,
        stage="free",
    )


A, B, BOOK = call("a"), call("b"), call("book", repeatable=False)
OUTPUTS = (ToolOutput.of_text("call_a", "1"), ToolOutput.of_text("call_b", "2"))
ANSWER_A = CallAnswered(A.item_id, OUTPUTS[0].parts, A.item_id)
ANSWER_B = CallAnswered(B.item_id, OUTPUTS[1].parts, B.item_id)


def after(state: RunState, *events: Event) -> tuple[RunState, Effects]:
    """The state after these events, and the effects of the last one."""
    effects: Effects = ()
    for event in events:
        state, effects = step(state, event)
    return state, effects


def reloaded(state: RunState) -> RunState:
    """The state as another process finds it."""
    rounds = [done.model_dump_json() for done in state.rounds]
    found = load_state(state.model_dump_json(), rounds)
    assert found is not None
    return found


def code(effects: Effects) -> str | None:
    [end, *rest] = effects
    assert isinstance(end, End)
    assert set(rest) <= {CancelRemote()}
    return end.ended.error.code if end.ended.error is not None else None


def test_a_new_run_asks_at_once_and_without_waiting_for_the_store() -> None:
    state, effects = after(NEW, START)
    assert effects == (Rewind(QUESTION), Ask())
    assert (state.attempt, state.place, state.assistant) == (1, PLACE, ASSISTANT)


def test_a_remote_run_is_stored_before_what_it_says() -> None:
    state, effects = after(NEW, START, RemoteNamed(REMOTE))
    assert (state.remote, effects) == (REMOTE, (Flush(),))
    assert after(state, RemoteNamed(REMOTE)) == (state, ())


def test_calls_are_stored_then_made_at_once() -> None:
    state, effects = after(NEW, START, CallsRequired((A, BOOK)))
    assert effects == (Call((A, BOOK)),)
    assert state.phase == "calling"
    assert [each.item_id for each in state.at("begun")] == [A.item_id, BOOK.item_id]


def test_the_last_answer_asks_for_the_next_round_with_all_outputs_in_order() -> None:
    calling, _ = after(NEW, START, CallsRequired((A, B), native={"n": 1}))
    assert after(calling, ANSWER_B)[1] == ()
    state, effects = after(calling, ANSWER_B, ANSWER_A)
    assert effects == (Flush(), Ask(OUTPUTS))
    assert (state.phase, state.boundary, state.calls, state.attempt) == ("asking", "item_a", (), 1)
    [done] = state.rounds
    assert (done.after, done.native) == (QUESTION, {"n": 1})


def test_a_step_changes_the_present_round_and_none_before_it() -> None:
    second, _ = after(NEW, START, CallsRequired((A,)), ANSWER_A, CallsRequired((B,)))
    third, _ = after(second, ANSWER_B)
    assert changed_rounds(NEW, third) == {1: third.rounds[0], 2: third.rounds[1]}
    assert changed_rounds(second, third) == {2: third.rounds[1]}
    assert changed_rounds(third, after(third, StopAsked())[0]) == {}


def test_a_round_without_calls_that_wants_outputs_gets_none() -> None:
    state, effects = after(NEW, START, CallsRequired(()))
    assert effects == (Flush(), Ask(()))
    assert after(state, CallsRequired(()), CallsRequired(()))[0].phase == "ended"


def test_a_run_ends_as_the_upstream_says_with_the_tokens_of_all_rounds() -> None:
    usage = Usage(input_tokens=10, output_tokens=20, total_tokens=30)
    state, effects = after(NEW, START, CallsRequired((A,), usage=usage), ANSWER_A)
    state, effects = after(state, RoundEnded(COMPLETED))
    total = Usage(input_tokens=11, output_tokens=22, total_tokens=33)
    assert effects == (End(RunEnded("completed", usage=total)),)


def test_rounds_with_calls_have_an_end() -> None:
    state, effects = after(NEW, START, CallsRequired((A,)), ANSWER_A)
    state, effects = after(state, CallsRequired((B,)), ANSWER_B, CallsRequired((BOOK,)))
    assert code(effects) == "too_many_tool_rounds"


def test_the_same_calls_are_not_made_for_ever_where_their_outputs_stay_the_same() -> None:
    new = RunState(boundary=QUESTION, timezone="UTC", max_rounds=32)

    def asked_again(*outputs: str) -> Effects:
        state, _ = after(new, START)
        for number, output in enumerate(outputs):
            again = A.model_copy(update={"item_id": ItemId(f"item_{number}")})
            made = ImagePart(file_id=FileId(f"file_{number}"), name="a.png")
            answer = CallAnswered(again.item_id, (TextPart(text=output), made), again.item_id)
            state, _ = after(state, CallsRequired((again,)), answer)
        return after(state, CallsRequired((A,)))[1]

    assert asked_again("1", "1", "1", "1") == (Call((A,)),)
    assert asked_again("1", "1", "1", "1", "2") == (Call((A,)),)
    assert code(asked_again("0", "1", "1", "1", "1", "1")) == "repeated_tool_calls"


def test_a_failing_upstream_ends_the_run_and_is_told_to_stop() -> None:
    assert after(NEW, START, RoundFailed(BROKEN))[1] == (End(BROKEN), CancelRemote())


@pytest.mark.parametrize(
    "events", [(START,), (START, CallsRequired((A, B)), ANSWER_A), (START, RemoteNamed(REMOTE))]
)
def test_what_cuts_a_run_ends_it_wherever_it_stands(events: tuple[Event, ...]) -> None:
    state, effects = after(NEW, *events, Cut(STOPPED))
    assert effects == (End(STOPPED), CancelRemote())
    for late in (ANSWER_B, RoundEnded(COMPLETED), Cut(BROKEN), Detached(), StopAsked(), START):
        assert step(state, late) == (state, ())


# Waiting for somebody

MILK, BREAD = (
    call(name, repeatable=False).model_copy(update={"stage": "waiting"})
    for name in ("milk", "bread")
)
ALLOWED = CallAllowed(MILK.item_id)
DENIED = CallAnswered(BREAD.item_id, (TextPart(text="denied"),), BREAD.item_id)
MADE = CallAnswered(MILK.item_id, (TextPart(text="made"),), BREAD.item_id)


def stages(state: RunState) -> list[str]:
    return [each.stage for each in state.pending]


def test_a_run_with_nothing_but_waiting_calls_parks() -> None:
    state, effects = after(NEW, START, CallsRequired((MILK, BREAD)))
    assert (state.phase, state.attempt, effects) == ("calling", 0, (Park(),))


def test_other_calls_of_the_round_are_made_meanwhile() -> None:
    state, effects = after(NEW, START, CallsRequired((A, MILK, B)))
    assert effects == (Call((A, B)),)
    assert after(state, ANSWER_A)[1] == ()
    assert after(state, ANSWER_A, ANSWER_B)[1] == (Park(),)


def test_a_call_that_is_allowed_is_made_at_once_and_the_rest_waits_on() -> None:
    state, _ = after(NEW, START, CallsRequired((A, MILK, BREAD)))
    state, effects = after(state, ALLOWED)
    [made] = effects
    assert isinstance(made, Call)
    assert [each.item_id for each in made.calls] == [MILK.item_id]
    assert stages(state) == ["begun", "begun", "waiting"]
    assert after(state, MADE, ANSWER_A)[1] == (Park(),)


def test_a_denial_is_an_answer() -> None:
    state, _ = after(NEW, START, CallsRequired((A, BREAD)))
    state, effects = after(state, DENIED)
    assert effects == ()
    state, effects = after(state, ANSWER_A)
    assert effects == (Flush(), Ask((OUTPUTS[0], ToolOutput.of_text("call_bread", "denied"))))


@pytest.mark.parametrize("late", [ALLOWED, MADE])
def test_the_first_decision_counts(late: Decision) -> None:
    state, _ = after(NEW, START, CallsRequired((MILK, BREAD)), ALLOWED, MADE)
    assert after(state, late) == (state, ())


def test_whoever_takes_up_a_parked_run_brings_the_decisions() -> None:
    parked = reloaded(after(NEW, START, CallsRequired((MILK, BREAD)))[0])
    assert after(parked, START)[1] == (Park(),)
    state, effects = after(parked, Started(PLACE, ASSISTANT, (ALLOWED, DENIED)))
    assert [type(effect) for effect in effects] == [Call]
    state, effects = after(state, MADE)
    assert effects == (Flush(), Ask())
    assert (state.boundary, state.attempt) == (BREAD.item_id, 1)
    denials = DENIED, CallAnswered(MILK.item_id, DENIED.output, BREAD.item_id)
    assert after(parked, Started(PLACE, ASSISTANT, denials))[1] == (Flush(), Ask())


def test_a_remote_run_is_resumed_with_what_was_decided() -> None:
    parked = reloaded(after(NEW, START, RemoteNamed(REMOTE), CallsRequired((BREAD,)))[0])
    effects = after(parked, Started(PLACE, ASSISTANT, (DENIED,)))[1]
    assert effects == (Flush(), Resume(REMOTE))


def test_parking_costs_no_attempt_and_a_waiting_call_was_never_begun() -> None:
    state = after(NEW, START, CallsRequired((MILK, BREAD)))[0]
    for _ in range(5):
        state, effects = after(reloaded(state), START)
        assert effects == (Park(),)
    assert after(state, Detached()) == (state, ())
    state, _ = after(reloaded(state), Started(PLACE, ASSISTANT, (ALLOWED,)))
    assert code(after(reloaded(state), START)[1]) == "interrupted", "it may have been made"


def test_a_parked_run_can_be_cut() -> None:
    state, _ = after(NEW, START, CallsRequired((MILK,)))
    assert after(state, Cut(STOPPED))[1] == (End(STOPPED), CancelRemote())


# Another process


def test_a_cut_round_is_rewound_and_asked_for_again_once() -> None:
    state, effects = after(reloaded(after(NEW, START)[0]), START)
    assert effects == (Rewind(QUESTION), Flush(), Ask())
    assert code(after(reloaded(state), START)[1]) == "interrupted"


def test_each_round_has_its_own_attempts() -> None:
    state, _ = after(NEW, START)
    state, _ = after(reloaded(state), START, CallsRequired((A,)), ANSWER_A)
    state, effects = after(reloaded(state), START)
    assert effects == (Rewind(A.item_id), Flush(), Ask())


def test_a_stop_in_good_order_costs_no_attempt() -> None:
    state = after(NEW, START)[0]
    for _ in range(5):
        state, effects = after(state, Detached())
        assert effects == ()
        state, effects = after(reloaded(state), START)
        assert effects == (Rewind(QUESTION), Ask())


def test_a_stop_that_was_asked_for_is_kept_by_the_next_process() -> None:
    state, effects = after(NEW, START, StopAsked())
    assert (state.phase, effects) == ("asking", ())
    assert after(reloaded(state), START)[1] == (End(STOPPED),)
    assert after(state, Detached())[1] == (End(STOPPED), CancelRemote())


def test_pending_calls_are_made_again_and_answered_ones_are_not() -> None:
    state, _ = after(NEW, START, CallsRequired((A, B)), ANSWER_A)
    state, effects = after(reloaded(state), START)
    assert effects == (Call((B,)),)
    state, effects = after(state, ANSWER_B)
    assert effects == (Flush(), Ask())
    assert [done.output for done in state.rounds[0].calls] == [each.parts for each in OUTPUTS]
    assert state.session == "open"


def test_calls_are_begun_twice_at_most() -> None:
    state, _ = after(NEW, START, CallsRequired((A,)))
    state, _ = after(reloaded(state), START)
    assert code(after(reloaded(state), START)[1]) == "interrupted"


def test_a_call_that_must_not_be_repeated_ends_the_run_instead() -> None:
    state, _ = after(NEW, START, CallsRequired((A, BOOK)))
    assert code(after(reloaded(state), START)[1]) == "interrupted"
    assert code(after(state, Detached())[1]) == "interrupted"


def test_one_that_was_answered_stands_in_nobodys_way() -> None:
    answered = CallAnswered(BOOK.item_id, (TextPart(text="booked"),), BOOK.item_id)
    state, _ = after(NEW, START, CallsRequired((A, BOOK)), answered)
    assert after(state, Detached())[1] == ()
    assert after(reloaded(state), START)[1] == (Call((A,)),)


# At an upstream that goes on by itself


def left_to_the_upstream(*events: Event) -> RunState:
    return reloaded(after(NEW, START, RemoteNamed(REMOTE), *events)[0])


def test_a_remote_run_is_resumed_as_often_as_need_be() -> None:
    state = left_to_the_upstream()
    for _ in range(5):
        state, effects = after(reloaded(state), START)
        assert effects == (Resume(REMOTE),)
    assert after(state, RoundEnded(COMPLETED))[1] == (End(COMPLETED),)


def test_a_resumed_run_that_repeats_its_calls_gets_the_outputs_that_are_stored() -> None:
    state = left_to_the_upstream(CallsRequired((A, B)), ANSWER_A, ANSWER_B)
    state, effects = after(state, START)
    assert effects == (Resume(REMOTE),)
    state, effects = after(state, CallsRequired((A, B)))
    assert effects == (Ask(OUTPUTS),)
    assert len(state.rounds) == 1
    assert after(state, RoundFailed(BROKEN))[1] == (End(BROKEN), CancelRemote())


def test_calls_that_were_cut_are_made_before_the_remote_run_is_resumed() -> None:
    state = left_to_the_upstream(CallsRequired((A, B)), ANSWER_A)
    assert after(state, START)[1] == (Call((B,)),)
    assert after(state, START, ANSWER_B)[1] == (Flush(), Resume(REMOTE))


def test_new_calls_of_a_resumed_run_are_made() -> None:
    state = left_to_the_upstream()
    assert after(state, START, CallsRequired((A,)))[1] == (Call((A,)),)


def test_where_resuming_fails_the_round_is_asked_for_again() -> None:
    state, effects = after(left_to_the_upstream(), START, RoundFailed(BROKEN))
    assert effects == (CancelRemote(), Rewind(QUESTION), Flush(), Ask())
    assert state.remote is None
    assert after(state, RoundFailed(BROKEN))[1] == (End(BROKEN), CancelRemote())


def test_a_round_that_can_be_told_again_needs_no_remote_run_any_more() -> None:
    state = left_to_the_upstream(CallsRequired((A,), native={"output": []}), ANSWER_A)
    assert state.remote is None
    assert after(state, START)[1] == (Rewind(A.item_id), Flush(), Ask())


def test_another_upstream_is_told_nothing_that_only_the_former_understands() -> None:
    state = left_to_the_upstream(CallsRequired((A,), native={"output": []}), ANSWER_A)
    state, effects = after(state, Started(("responses", "there"), ASSISTANT))
    assert effects == (Rewind(A.item_id), Flush(), Ask())
    assert [done.native for done in state.rounds] == [None]
    state, effects = after(left_to_the_upstream(), Started(("demo", "there"), ASSISTANT))
    assert isinstance(effects[-1], Ask)


@pytest.mark.parametrize(
    "stored",
    [
        (None, ()),
        ("", ()),
        ("{}", ()),
        ('{"version": 1}', ()),
        (NEW.model_dump_json().replace("asking", "flying"), ()),
        (NEW.model_dump_json().replace("asking", "calling"), ()),
        (NEW.model_dump_json(), ("{}",)),
    ],
)
def test_a_state_that_cannot_be_read_is_none(stored: tuple[str | None, tuple[str, ...]]) -> None:
    assert load_state(*stored) is None
