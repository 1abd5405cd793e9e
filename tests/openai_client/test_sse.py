"""https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation"""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.errors import UpstreamBroken
from backend.openai_client.sse import ServerSentEvent, SseDecoder


def decoded(*chunks: bytes) -> list[tuple[str, bytes]]:
    decoder = SseDecoder()
    return [(event.event, event.data) for chunk in chunks for event in decoder.feed(chunk)]


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"event: a\ndata: 1\n\n", [("a", b"1")]),
        (b"data: 1\n\ndata: 2\n\n", [("message", b"1"), ("message", b"2")]),
        (b"data:1\n\n", [("message", b"1")]),
        (b"data:  1\n\n", [("message", b" 1")]),
        (b"data: one\ndata: two\n\n", [("message", b"one\ntwo")]),
        (b"data\ndata\n\n", [("message", b"\n")]),
        (b"data\n\n", [("message", b"")]),
        (b"data: 1\nevent: late\n\n", [("late", b"1")]),
        (b"event: a\ndata: 1\n\ndata: 2\n\n", [("a", b"1"), ("message", b"2")]),
        (b": a comment\n\ndata: 1\n: another\n\n", [("message", b"1")]),
        (b"id: 7\nretry: 10\nunknown: x\ndata: 1\n\n", [("message", b"1")]),
        (b"event: nothing\n\n", []),
        (b"data: 1\r\n\r\n", [("message", b"1")]),
        (b"data: 1\r\revent: a\rdata: 2\r\r", [("message", b"1"), ("a", b"2")]),
        (b"data: 1\n\r\n\n\ndata: 2\n\n", [("message", b"1"), ("message", b"2")]),
        (b"\xef\xbb\xbfdata: 1\n\n", [("message", b"1")]),
        (b"\n\n\ndata: 1\n\n", [("message", b"1")]),
        ("data: 😀 ü\n\n".encode(), [("message", "😀 ü".encode())]),
        ("event: Grüße\ndata: 1\n\n".encode(), [("Grüße", b"1")]),
        (b"data: never ended\n", []),
        (b'data: {"a": "b: c"}\n\n', [("message", b'{"a": "b: c"}')]),
    ],
)
def test_events_are_read_as_the_specification_says(
    stream: bytes, events: list[tuple[str, bytes]]
) -> None:
    assert decoded(stream) == events
    single = [stream[i : i + 1] for i in range(len(stream))]
    assert decoded(*single) == events


LINES = st.sampled_from(
    ["data: 1", "data: ü😀", "event: a", ": comment", "", "", "data", "id: 1", "event: b", "data:x"]
)


@given(
    st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r\n"]))),
    st.lists(st.integers(min_value=0, max_value=400)),
    st.booleans(),
)
def test_where_the_bytes_were_cut_makes_no_difference(
    lines: list[tuple[str, str]], cuts: list[int], bom: bool
) -> None:
    stream = ("\ufeff" if bom else "").encode() + "".join(a + b for a, b in lines).encode()
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    chunks = [stream[a:b] for a, b in pairwise(places)]
    assert decoded(*chunks) == decoded(stream)


def test_an_event_without_an_end_is_given_up_at_a_limit() -> None:
    decoder = SseDecoder(max_event_bytes=100)
    assert decoder.feed(b"data: " + b"x" * 50) == []
    with pytest.raises(UpstreamBroken, match="100 bytes"):
        decoder.feed(b"x" * 60)


def test_many_events_together_may_be_larger_than_the_limit_of_one() -> None:
    decoder = SseDecoder(max_event_bytes=20)
    assert decoder.feed(b"data: 1\n\n" * 100) == [ServerSentEvent("message", b"1")] * 100
