from hypothesis import given
from hypothesis import strategies as st

from backend.domain.documents import Part
from backend.domain.passages import OVERLAP_CHARS, PASSAGE_CHARS, passages

TEXTS = st.text(st.sampled_from("ab .\n!\t。é"), max_size=4000)


@given(TEXTS)
def test_passages_quote_their_part_exactly_and_cover_all_of_it(text: str) -> None:
    found = list(passages([Part(text)]))
    at = 0
    for passage in found:
        assert len(passage.text) <= PASSAGE_CHARS
        start = text.index(passage.text, max(0, at - PASSAGE_CHARS))
        assert not text[at:start].strip()
        at = max(at, start + len(passage.text))
    assert not text[at:].strip()


def test_a_sentence_on_a_boundary_is_whole_in_one_of_the_passages() -> None:
    sentences = [f"Sentence number {number} says something of its own." for number in range(100)]
    found = [passage.text for passage in passages([Part(" ".join(sentences))])]
    for sentence in sentences:
        assert any(sentence in text for text in found)
    overlap = found[0][found[0].index(found[1][:20]) :]
    assert 0 < len(overlap) <= OVERLAP_CHARS


def test_lines_are_numbered_as_in_an_editor() -> None:
    lines = [f"value {number} = {'x' * 90}" for number in range(1, 31)]
    found = list(passages([Part("\n".join(lines), unit="line", first=5)]))
    for passage in found:
        _, first, last = (passage.location or "").replace("–", " ").split()
        assert passage.text.startswith(lines[int(first) - 5])
        assert passage.text.endswith(lines[int(last) - 5])


def test_a_passage_never_crosses_a_page() -> None:
    found = passages([Part("One.", "page 1"), Part("Two.", "page 2")])
    assert [(passage.text, passage.location) for passage in found] == [
        ("One.", "page 1"),
        ("Two.", "page 2"),
    ]
