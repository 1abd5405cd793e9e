"""Any order of rounds, answers, stops and crashes, beside a plain model of what may happen."""

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from backend.domain.assistant import Assistant
from backend.domain.ids import ItemId
from backend.domain.items import RunError
from backend.domain.parts import Part, TextPart
from backend.domain.usage import Usage
from backend.runs.effects import Ask, Call, CancelRemote, Effect, End, Flush, Park, Resume, Rewind
from backend.runs.engine import MAX_ATTEMPTS, step
from backend.runs.events import (
    CallAllowed,
    CallAnswered,
    CallAsked,
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
from backend.runs.state import (
    OpenCall,
    RemoteRun,
    Round,
    RunState,
    Stage,
    changed_rounds,
    load_state,
)
from backend.upstreams.events import RunEnded

FAILED = RunEnded("failed", RunError(code="upstream_broken", message="Broken."))
STAGES: tuple[Stage, ...] = ("free", "waiting")
TOKEN = Usage(output_tokens=1, total_tokens=1)


class Runs(RuleBasedStateMachine):
    """A driver in a world of its own. It performs effects at once and remembers what it did."""

    def __init__(self) -> None:
        super().__init__()
        self.state = RunState(boundary=ItemId("question"), timezone="UTC", max_rounds=3)
        self.stored = self.state.model_dump_json()
        """What is certain to survive a crash."""
        self.stored_rounds: dict[int, str] = {}
        self.changed: dict[int, Round] = {}
        """Rounds to store with the next state."""
        self.alive = False
        self.endings: list[RunEnded] = []
        self.stop_asked = False
        self.number = 0
        self.asking: Ask | Resume | None = None
        self.under_way: dict[ItemId, OpenCall] = {}
        self.made: Counter[ItemId] = Counter()
        self.kept: dict[ItemId, tuple[Part, ...]] = {}
        """Outputs that are certain to survive a crash."""
        self.required: tuple[OpenCall, ...] = ()
        self.parked = False
        self.asked: Counter[ItemId] = Counter()
        """How often a call asked while it was under way."""
        self.waits: set[ItemId] = set()
        """Calls that somebody has to decide on."""
        self.allowed: set[ItemId] = set()
        self.decided: dict[ItemId, Decision] = {}
        """What their items tell, which is certain to survive a crash."""

    # The driver

    def feed(self, event: Event) -> None:
        before = self.state
        self.state, effects = step(self.state, event)
        self.changed |= changed_rounds(before, self.state)
        if before.phase == "ended":
            assert effects == ()
        for effect in effects:
            self.perform(effect)

    def perform(self, effect: Effect) -> None:
        match effect:
            case Flush():
                self.store()
            case Rewind(boundary):
                assert boundary == self.state.boundary
            case Ask(outputs):
                if outputs is not None:
                    assert [o.call_id for o in outputs] == [c.call_id for c in self.required]
                    for given, call in zip(outputs, self.required, strict=True):
                        assert given.output == f"output of {call.item_id}"
                self.asking = effect
            case Resume(remote):
                assert remote == self.state.remote
                self.asking = effect
            case Call(calls):
                self.store()
                for call in calls:
                    self.make(call)
            case CancelRemote():
                pass
            case Park():
                assert not self.under_way, "a call is under way"
                assert self.state.at("waiting")
                assert self.asking is None
                self.store()
                self.alive = False
                self.parked = True
            case End(ended):
                self.endings.append(ended)
                self.asking, self.under_way = None, {}

    def make(self, call: OpenCall) -> None:
        assert call.item_id not in self.kept, "an answered call is made again"
        pending = [each.item_id for each in self.load().pending]
        assert call.item_id in pending, "not stored before"
        self.made[call.item_id] += 1
        assert call.repeatable or self.made[call.item_id] <= 1 + self.asked[call.item_id]
        assert call.item_id not in self.waits or call.item_id in self.allowed
        self.under_way[call.item_id] = call

    def store(self) -> None:
        if self.state.phase == "ended":
            return
        self.stored = self.state.model_dump_json()
        for number, changed in self.changed.items():
            self.stored_rounds[number] = changed.model_dump_json()
        self.changed = {}
        calls = [call for each in self.state.rounds for call in each.calls]
        self.kept = {call.item_id: call.output for call in calls if call.output is not None}

    def load(self) -> RunState:
        found = load_state(self.stored, tuple(self.stored_rounds.values()))
        assert found is not None
        return found

    # The world

    @precondition(lambda self: not self.alive and not self.endings)
    @rule(elsewhere=st.booleans())
    def start(self, elsewhere: bool) -> None:
        self.state, self.alive, self.changed = self.load(), True, {}
        self.asking, self.under_way, self.parked = None, {}, False
        # What it did not come to store was not asked.
        self.waits -= {call.item_id for call in self.state.at("begun")}
        self.required = self.state.rounds[-1].calls if self.state.rounds else ()
        place = ("demo", "there" if elsewhere else "here")
        self.feed(Started(place, Assistant("a", "Ada", "m"), self.decisions()))
        assert self.endings or not self.stop_asked

    def decisions(self) -> tuple[Decision, ...]:
        waiting = [call.item_id for call in self.state.at("waiting")]
        return tuple(self.decided[item_id] for item_id in waiting if item_id in self.decided)

    @precondition(lambda self: not self.endings and self.undecided())
    @rule(data=st.data(), allow=st.booleans(), told=st.booleans())
    def somebody_decides(self, data: st.DataObject, allow: bool, told: bool) -> None:
        """While the run is parked, or at work: then it hears of it, unless it dies before."""
        item_id = data.draw(st.sampled_from(self.undecided()))
        if self.alive:
            self.store()  # What is asked is stored before anybody can answer.
        output = (TextPart(text=f"output of {item_id}"),)
        decision = CallAllowed(item_id) if allow else CallAnswered(item_id, output, item_id)
        self.decided[item_id] = decision
        if allow:
            self.allowed.add(item_id)
        if self.alive and told:
            self.feed(decision)

    def undecided(self) -> list[ItemId]:
        state = self.state if self.alive else self.load()
        waiting = [call.item_id for call in state.at("waiting")]
        return [item_id for item_id in waiting if item_id not in self.decided]

    @precondition(lambda self: self.asking is not None)
    @rule()
    def upstream_names_its_run(self) -> None:
        self.number += 1
        remote = RemoteRun(after=self.state.boundary, state={"n": self.number})
        self.feed(RemoteNamed(remote))

    @precondition(lambda self: self.asking is not None)
    @rule(
        kinds=st.lists(st.tuples(st.booleans(), st.sampled_from(STAGES)), max_size=3),
        native=st.booleans(),
    )
    def round_ends_with_calls(self, kinds: list[tuple[bool, Stage]], native: bool) -> None:
        self.asking = None
        calls = []
        for flag, stage in kinds:
            self.number += 1
            name = f"call_{self.number}"
            calls.append(
                OpenCall(
                    item_id=ItemId(f"item_{name}"),
                    call_id=name,
                    name="f",
                    arguments="{}",
                    repeatable=flag,
                    stage=stage,
                )
            )
            if stage == "waiting":
                self.waits.add(calls[-1].item_id)
        self.required = tuple(calls)
        self.feed(CallsRequired(self.required, {} if native else None, TOKEN))

    @precondition(lambda self: isinstance(self.asking, Resume) and self.state.rounds)
    @rule()
    def resumed_run_repeats_its_calls(self) -> None:
        self.asking = None
        calls = self.state.rounds[-1].calls
        self.required = tuple(call.model_copy(update={"output": None}) for call in calls)
        self.feed(CallsRequired(self.required))

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def call_is_answered(self, data: st.DataObject) -> None:
        item_id = data.draw(st.sampled_from(sorted(self.under_way)))
        del self.under_way[item_id]
        self.required = self.state.calls
        self.feed(CallAnswered(item_id, (TextPart(text=f"output of {item_id}"),), item_id))

    @precondition(lambda self: self.under_way)
    @rule(data=st.data())
    def call_asks(self, data: st.DataObject) -> None:
        item_id = data.draw(st.sampled_from(sorted(self.under_way)))
        del self.under_way[item_id]
        self.asked[item_id] += 1
        self.waits.add(item_id)
        self.allowed.discard(item_id)
        self.decided.pop(item_id, None)
        self.feed(CallAsked(item_id))

    @precondition(lambda self: self.asking is not None)
    @rule(well=st.booleans())
    def round_ends_the_run(self, well: bool) -> None:
        resuming = isinstance(self.asking, Resume)
        self.asking = None
        if well:
            self.feed(RoundEnded(RunEnded("completed", usage=TOKEN)))
            assert self.endings
        else:
            self.feed(RoundFailed(FAILED))
            assert self.endings or resuming

    @precondition(lambda self: self.alive and not self.endings)
    @rule()
    def stop_is_asked_for(self) -> None:
        self.feed(StopAsked())
        self.store()
        self.stop_asked = True

    @precondition(lambda self: self.alive and not self.endings)
    @rule()
    def something_cuts_the_run(self) -> None:
        self.feed(Cut(RunEnded("cancelled")))
        assert self.endings

    @precondition(lambda self: self.alive)
    @rule()
    def stored_in_passing(self) -> None:
        self.store()

    @precondition(lambda self: self.alive and not self.endings)
    @rule()
    def process_is_killed(self) -> None:
        self.alive = False
        assert self.load().attempt <= MAX_ATTEMPTS

    @precondition(lambda self: self.alive and not self.endings)
    @rule()
    def process_stops_in_good_order(self) -> None:
        before = self.state
        self.feed(Detached())
        self.store()
        self.alive = False
        if not self.endings:
            assert self.state.attempt == max(before.attempt - 1, 0)

    @precondition(lambda self: self.endings)
    @rule(late=st.sampled_from([StopAsked(), Cut(FAILED), Detached(), RoundEnded(FAILED)]))
    def something_comes_too_late(self, late: Event) -> None:
        self.feed(late)

    # What always holds

    @invariant()
    def there_is_one_ending_at_most(self) -> None:
        assert len(self.endings) <= 1

    @invariant()
    def a_live_run_always_waits_for_something(self) -> None:
        if self.alive and not self.endings:
            assert not self.parked
            assert (self.asking is not None) != bool(self.under_way)

    @invariant()
    def rounds_are_bounded(self) -> None:
        assert len(self.state.rounds) <= self.state.max_rounds


TestRuns = Runs.TestCase
TestRuns.settings = settings(max_examples=150, stateful_step_count=40)
