import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.domain.transcript import utf16_length
from backend.upstreams.citations import CitationFilter, Mark

FRAGMENTS = [
    "Paris is nice 🎉",
    "【4:0†source】",
    "【12†a b.pdf】",
    "【日本語】",
    "【4",
    "\ue200filecite\ue202turn0file0\ue201",
    "[Download](sandbox:/mnt/data/plot.csv)",
    "![plot](sandbox:/mnt/data/plot (1).png)",
    "[[1]](sandbox:/mnt/data/a.b)",
    " sandbox:/mnt/data/z.txt. ",
    "[a site](https://example.com/(x))",
    " s",
    "!",
    "[",
    "]",
    "a[0]\n",
]


def filtered(chunks: list[str]) -> tuple[str, list[Mark]]:
    citations = CitationFilter()
    text = ""
    marks: list[Mark] = []
    for shown, found in [*map(citations.feed, chunks), citations.finish()]:
        text += shown
        marks += found
    assert citations.end == utf16_length(text)
    return text, marks


@pytest.mark.parametrize(
    ("raw", "shown", "marks"),
    [
        ("Yes【4:0†source】.", "Yes.", [Mark("【4:0†source】", 3, 3)]),
        ("🎉【4:0†source】", "🎉", [Mark("【4:0†source】", 2, 2)]),
        ("【日本語】", "【日本語】", []),
        (
            "Get [it](sandbox:/mnt/data/a.csv)!",
            "Get it (a.csv)!",
            [Mark("sandbox:/mnt/data/a.csv", 4, 14, "a.csv")],
        ),
        (
            "[a.csv](sandbox:/mnt/data/a.csv)",
            "a.csv",
            [Mark("sandbox:/mnt/data/a.csv", 0, 5, "a.csv")],
        ),
        (
            "At sandbox:/mnt/data/a.csv.",
            "At a.csv.",
            [Mark("sandbox:/mnt/data/a.csv", 3, 8, "a.csv")],
        ),
        ("[a](https://b.c) x[0] ![", "[a](https://b.c) x[0] ![", []),
    ],
)
def test_a_reader_sees_neither_marker_nor_dead_link(
    raw: str, shown: str, marks: list[Mark]
) -> None:
    assert filtered([raw]) == (shown, marks)


def test_a_marker_cut_off_at_the_end_is_dropped() -> None:
    assert filtered(["Yes【4:0†sou"])[0] == "Yes"
    assert filtered(["Get [it](sandbox:/mnt/da"])[0] == "Get it (da)"


def test_plain_text_is_never_held_back() -> None:
    assert CitationFilter().feed("Paris is nice") == ("Paris is nice", ())


@given(st.lists(st.sampled_from(FRAGMENTS)).map("".join), st.data())
def test_where_the_text_is_cut_into_deltas_does_not_matter(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)))))
    chunks = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert filtered(chunks) == filtered([text])


@given(st.lists(st.sampled_from(FRAGMENTS)).map("".join))
def test_marks_tell_where_the_removed_text_stood(text: str) -> None:
    citations = CitationFilter(start=7)
    shown, marks = citations.feed(text)
    rest, more = citations.finish()
    encoded = (shown + rest).encode("utf-16-le")
    for mark in marks + more:
        at = encoded[2 * (mark.start - 7) : 2 * (mark.end - 7)].decode("utf-16-le")
        assert (mark.filename or "") in at
    assert citations.position(0) == 7
    assert citations.position(len(text)) == citations.end


def test_an_index_into_the_raw_text_becomes_a_place_in_the_shown_text() -> None:
    citations = CitationFilter()
    citations.feed("a🎉【4:0†source】b")
    assert [citations.position(index) for index in (0, 1, 2, 5, 14, 15)] == [0, 1, 3, 3, 3, 4]
