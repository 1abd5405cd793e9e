import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.annotations import UrlCitation
from backend.domain.events import (
    ItemAdded,
    ItemAnnotated,
    ItemDelta,
    ItemDone,
    RunFinished,
    RunStarted,
    Thread,
    ThreadEvent,
    ThreadUpdated,
)
from backend.domain.ids import FileId, ItemId, RunId, ThreadId
from backend.domain.items import (
    AssistantMessage,
    CodeInterpreterCall,
    CodeLogs,
    DeltaField,
    Fork,
    FunctionCall,
    Reasoning,
    Run,
    UserMessage,
)
from backend.domain.parts import ImagePart
from backend.domain.transcript import Gap, Stretch, Transcript, utf16_length, utf16_skip
from tests.scripted import said

RUN = Run(id=RunId("run_1"), thread_id=ThreadId("thread_1"), upstream="demo", created_at=0)
MESSAGE = AssistantMessage(id=ItemId("item_1"), run_id=RUN.id, created_at=0)


def delta(
    seq: int, offset: int, text: str, *, field: DeltaField = "text", index: int = 0
) -> ItemDelta:
    return ItemDelta(
        seq=seq, item_id=MESSAGE.id, field=field, index=index, offset=offset, delta=text
    )


def test_offsets_count_utf16_code_units() -> None:
    assert utf16_length("a😀é") == 4
    assert utf16_skip("a😀é", 3) == "é"


def test_deltas_add_up() -> None:
    transcript = Transcript()
    for event in (ItemAdded(seq=1, item=MESSAGE), delta(2, 0, "Hi 😀"), delta(3, 5, "!")):
        assert transcript.apply(event)
    assert transcript.items == (MESSAGE.model_copy(update={"content": said("Hi 😀!")}),)


def test_an_event_seen_before_changes_nothing() -> None:
    transcript = Transcript()
    transcript.apply(ItemAdded(seq=1, item=MESSAGE))
    transcript.apply(delta(2, 0, "once"))
    assert not transcript.apply(delta(2, 0, "once"))
    assert transcript.items[0] == MESSAGE.model_copy(update={"content": said("once")})


def test_a_missing_event_is_a_gap() -> None:
    transcript = Transcript()
    transcript.apply(ItemAdded(seq=1, item=MESSAGE))
    with pytest.raises(Gap):
        transcript.apply(delta(3, 0, "later"))


def test_a_hole_in_a_text_is_a_gap() -> None:
    transcript = Transcript()
    transcript.apply(ItemAdded(seq=1, item=MESSAGE))
    with pytest.raises(Gap):
        transcript.apply(delta(2, 1, "no beginning"))


def test_a_delta_of_an_unknown_item_is_a_gap() -> None:
    with pytest.raises(Gap):
        Transcript().apply(delta(1, 0, "whose?"))


def test_an_annotation_of_an_unknown_item_is_a_gap() -> None:
    citation = UrlCitation(start=0, end=2, url="https://example.com")
    with pytest.raises(Gap):
        Transcript().apply(ItemAnnotated(seq=1, item_id=MESSAGE.id, annotation=citation))


@given(st.text(max_size=40), st.data())
def test_a_journal_that_overlaps_the_item_adds_nothing_twice(
    text: str, data: st.DataObject
) -> None:
    """After a crash, the journal may hold deltas that the stored item already contains."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    stored = data.draw(st.integers(0, len(pieces)))
    item = MESSAGE.model_copy(update={"content": said("".join(pieces[:stored]))})
    transcript = Transcript.of(0, None, [item], [])
    offset = 0
    for piece in pieces:
        transcript.reduce(delta(0, offset, piece))
        offset += utf16_length(piece)
    assert transcript.items == (MESSAGE.model_copy(update={"content": said(text)}),)


def test_list_fields_grow_at_their_index() -> None:
    reasoning = Reasoning(id=MESSAGE.id, created_at=0)
    code = CodeInterpreterCall(id=MESSAGE.id, created_at=0)
    for item, field, want in (
        (reasoning, "summary", reasoning.model_copy(update={"summary": ("one", "two")})),
        (
            code,
            "logs",
            code.model_copy(update={"outputs": (CodeLogs(logs="one"), CodeLogs(logs="two"))}),
        ),
    ):
        transcript = Transcript()
        transcript.apply(ItemAdded(seq=1, item=item))
        name: DeltaField = "summary" if field == "summary" else "logs"
        transcript.apply(delta(2, 0, "on", field=name))
        transcript.apply(delta(3, 2, "e", field=name))
        transcript.apply(delta(4, 0, "two", field=name, index=1))
        assert transcript.items == (want,)


def test_texts_grow_and_are_annotated_at_their_places_between_pictures() -> None:
    picture = ImagePart(file_id=FileId("file_1"))
    citation = UrlCitation(start=0, end=1, url="https://example.com")
    begun = MESSAGE.model_copy(update={"content": (*said("a"), picture, *said("b"))})
    transcript = Transcript.of(0, None, [begun], [])
    transcript.apply(delta(1, 1, "!"))
    transcript.apply(ItemAnnotated(seq=2, item_id=MESSAGE.id, index=2, annotation=citation))
    transcript.apply(delta(3, 0, "c", index=3))
    transcript.apply(delta(4, 1, "?", index=2))
    with pytest.raises(Gap):
        transcript.apply(delta(5, 0, "x", index=1))
    parts = (*said("a!"), picture, *said("b?", citation), *said("c"))
    assert transcript.items == (MESSAGE.model_copy(update={"content": parts}),)


def test_reading_between_deltas_changes_nothing() -> None:
    transcript = Transcript()
    transcript.apply(ItemAdded(seq=1, item=MESSAGE))
    transcript.apply(delta(2, 0, "Hello"))
    assert transcript.items[0] == MESSAGE.model_copy(update={"content": said("Hello")})
    transcript.apply(delta(3, 5, " again"))
    assert transcript.length(MESSAGE.id, "text") == 11
    assert transcript.items[0] == MESSAGE.model_copy(update={"content": said("Hello again")})


def test_the_final_state_wins_over_the_deltas() -> None:
    call = FunctionCall(id=MESSAGE.id, created_at=0, name="f")
    done = call.model_copy(update={"arguments": '{"a": 1}', "status": "completed"})
    transcript = Transcript()
    events: list[ThreadEvent] = [
        ItemAdded(seq=1, item=call),
        delta(2, 0, '{"b', field="arguments"),
        ItemDone(seq=3, item=done),
    ]
    for event in events:
        transcript.apply(event)
    assert transcript.items == (done,)


def test_annotations_are_added_to_their_message() -> None:
    citation = UrlCitation(start=0, end=2, url="https://example.com")
    transcript = Transcript()
    transcript.apply(ItemAdded(seq=1, item=MESSAGE))
    transcript.apply(delta(2, 0, "Hi"))
    transcript.apply(ItemAnnotated(seq=3, item_id=MESSAGE.id, annotation=citation))
    assert transcript.items[0] == MESSAGE.model_copy(update={"content": said("Hi", citation)})


USER = UserMessage(id=ItemId("a"), status="completed", created_at=0, text="?")
ANSWER = MESSAGE.model_copy(update={"id": "b", "parent_id": "a"})
SECOND = USER.model_copy(update={"id": "c", "parent_id": "b"})
EDITED = SECOND.model_copy(update={"id": "d"})
THREAD = Thread(id=ThreadId("thread_1"), title="", created_at=0, updated_at=0)


def chat() -> Transcript:
    runs = [
        RUN.model_copy(update={"id": name, "parent_id": parent})
        for name, parent in (("old", None), ("first", "a"), ("second", "c"))
    ]
    return Transcript.of(0, THREAD, [USER, ANSWER, SECOND], runs)


def head(item_id: str) -> ThreadUpdated:
    return ThreadUpdated(thread=THREAD.model_copy(update={"head_id": item_id}))


def path(transcript: Transcript) -> list[str]:
    return [item.id for item in transcript.items]


def test_the_end_of_a_path_can_be_replaced_and_has_its_start_put_before_it() -> None:
    transcript = Transcript.of(0, THREAD, [SECOND], [], before=SECOND.id)
    transcript.reduce(ItemAdded(item=EDITED))
    assert path(transcript) == ["d"]
    fork = Fork(parent_id=ANSWER.id, item_ids=(SECOND.id, EDITED.id))
    assert transcript.forks == (fork,)
    with pytest.raises(Gap):
        transcript.reduce(ItemAdded(item=USER))
    former = RUN.model_copy(update={"parent_id": USER.id})
    transcript.prepend(Stretch((USER, ANSWER), (former,), (), None))
    assert path(transcript) == ["a", "b", "d"]
    assert (transcript.forks, transcript.before) == ((fork,), None)
    assert list(transcript.runs.values()) == [former]
    transcript.reduce(ItemAdded(item=USER.model_copy(update={"id": "f"})))
    assert path(transcript) == ["f"]


def test_an_item_with_an_earlier_parent_replaces_the_items_after_that_parent() -> None:
    transcript = chat()
    transcript.reduce(ItemAdded(item=EDITED))
    assert transcript.items == (USER, ANSWER, EDITED)
    assert transcript.forks == (Fork(parent_id=ANSWER.id, item_ids=(SECOND.id, EDITED.id)),)
    assert list(transcript.runs) == ["old", "first"]
    third = EDITED.model_copy(update={"id": "e"})
    transcript.reduce(ItemAdded(item=third))
    assert transcript.forks[0].item_ids == (SECOND.id, EDITED.id, third.id)


def test_the_first_message_can_be_replaced() -> None:
    transcript = chat()
    transcript.reduce(ItemAdded(item=EDITED))
    first = USER.model_copy(update={"id": "e"})
    transcript.reduce(ItemAdded(item=first))
    assert transcript.items == (first,)
    assert transcript.forks == (Fork(parent_id=None, item_ids=(USER.id, first.id)),)
    assert list(transcript.runs) == ["old"]


def test_an_earlier_head_cuts_the_path_and_the_next_item_becomes_a_sibling() -> None:
    transcript = chat()
    transcript.reduce(head("a"))
    assert transcript.items == (USER,)
    assert transcript.forks == (Fork(parent_id=USER.id, item_ids=(ANSWER.id,)),)
    again = ANSWER.model_copy(update={"id": "e"})
    transcript.reduce(ItemAdded(item=again))
    assert transcript.forks == (Fork(parent_id=USER.id, item_ids=(ANSWER.id, again.id)),)


def test_an_item_or_head_off_the_path_is_a_gap() -> None:
    lost = USER.model_copy(update={"id": "e", "parent_id": "z"})
    for event in (ItemAdded(item=lost), head("z"), ItemDone(item=lost)):
        transcript = chat()
        with pytest.raises(Gap):
            transcript.reduce(event)
        assert transcript == chat()


def test_a_run_is_active_until_it_finishes() -> None:
    transcript = Transcript()
    transcript.apply(RunStarted(seq=1, run=RUN))
    assert transcript.active_run == RUN
    transcript.apply(RunFinished(seq=2, run=RUN.model_copy(update={"status": "completed"})))
    assert transcript.active_run is None
