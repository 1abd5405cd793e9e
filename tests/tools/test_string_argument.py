import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.tools.string_argument import StringArgument


def decoded(text: str, cuts: list[int] | None = None) -> str:
    argument = StringArgument("code")
    ends = sorted({min(cut, len(text)) for cut in cuts or []} | {len(text)})
    starts = [0, *ends]
    return "".join(argument.feed(text[a:b]) for a, b in zip(starts, ends, strict=False))


@given(
    code=st.text(),
    others=st.dictionaries(st.text().filter(lambda key: key != "code"), st.text(), max_size=3),
    ascii_only=st.booleans(),
    indent=st.sampled_from([None, 2]),
    cuts=st.lists(st.integers(0, 200)),
)
def test_the_pieces_add_up_to_what_the_whole_text_says(
    code: str, others: dict[str, str], ascii_only: bool, indent: int | None, cuts: list[int]
) -> None:
    arguments = {**others, "code": code, "more": [{"code": "not this"}, others]}
    text = json.dumps(arguments, ensure_ascii=ascii_only, indent=indent)

    assert decoded(text, cuts) == code


def test_each_piece_gives_what_it_holds_at_once() -> None:
    argument = StringArgument("code")
    pieces = ['{"co', 'de": "pri', "nt(", "1)\\", "n", '"}']
    assert [argument.feed(piece) for piece in pieces] == ["", "pri", "nt(", "1)", "\n", ""]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"code": "a\\ud83d"}', "a\ufffd"),
        ('{"code": "\\ude00b"}', "\ufffdb"),
        ('{"code": "\\ud83d\\ud83d\\ude00"}', "\ufffd😀"),
        ('{"code": "\\uzzzz"}', "\ufffd"),
    ],
)
def test_what_is_no_character_becomes_a_replacement_character(text: str, code: str) -> None:
    assert decoded(text) == code


@pytest.mark.parametrize("text", ["", "print(1)", "[1, 2]", '"code"', '{"other": "x"}', "}{][:,"])
def test_text_without_the_argument_gives_nothing(text: str) -> None:
    assert decoded(text) == ""
