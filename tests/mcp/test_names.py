"""Names that every upstream takes: each once, and the same as long as its tool is the same."""

import re

from hypothesis import given
from hypothesis import strategies as st

from backend.mcp.names import tool_names

words = st.text(st.sampled_from("a_-. é7"), min_size=1, max_size=70)
tools = st.lists(st.tuples(words, words), max_size=8)


@given(tools, st.sets(st.sampled_from(["a__a", "a__7", "7__7"])))
def test_every_tool_has_a_valid_name_of_its_own(
    found: list[tuple[str, str]], taken: set[str]
) -> None:
    names = tool_names(found, taken)
    assert names.keys() == set(found)
    assert len(set(names.values())) == len(names)
    assert taken.isdisjoint(names.values())
    assert all(re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name) for name in names.values())


@given(tools, tools)
def test_a_name_does_not_depend_on_what_other_tools_there_are(
    some: list[tuple[str, str]], others: list[tuple[str, str]]
) -> None:
    alone, together = tool_names(some, ()), tool_names([*others, *some], ())
    assert all(together[tool] == name for tool, name in alone.items())


def test_a_plain_name_says_server_and_tool() -> None:
    assert tool_names([("time", "now")], ()) == {("time", "now"): "time__now"}


def test_two_that_would_read_alike_are_told_apart() -> None:
    names = tool_names([("a", "b__c"), ("a__b", "c"), ("a b", "c"), ("a_b", "c")], ())
    assert names["a", "b__c"] == "a__b__c"
    assert names["a_b", "c"] == "a_b__c"
    assert re.fullmatch(r"a__b__c_[0-9a-f]{8}", names["a__b", "c"])
    assert re.fullmatch(r"a_b__c_[0-9a-f]{8}", names["a b", "c"])


def test_a_tool_that_takes_the_marked_name_of_another_is_left_out() -> None:
    marked = tool_names([("a b", "c")], ())["a b", "c"]
    stolen = marked.removeprefix("a_b__")
    names = tool_names([("a b", "c"), ("a_b", stolen)], ())
    assert names["a_b", stolen] == marked
    assert ("a b", "c") not in names
