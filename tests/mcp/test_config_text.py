"""A change of a configuration changes what was asked, and leaves all else as it was written."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.mcp.config_text import edited
from backend.mcp.entries import InvalidConfiguration, entries_of

ENTRY = {"command": "a"}
BRACES = """{
  // What I use.
  "inputs": [],
  "mcpServers": {
    "time": { "command": "uvx", "args": ["mcp-server-time"] }, // hours
    /* files */ "files": {
      "command": "npx"
    },
  },
  "theme": "dark",
}
"""

names = st.text(st.sampled_from('ab"\\é{}[],:/'), max_size=4)
entries = st.fixed_dictionaries(
    {"command": names}, optional={"note": names, "args": st.lists(names)}
)
wrappers = st.sampled_from(["mcpServers", "servers", "mcp", None])


@given(
    st.dictionaries(names, entries, max_size=4), names, st.none() | entries, wrappers, st.booleans()
)
def test_any_entry_can_be_set_or_removed(
    present: dict[str, Any], name: str, entry: Any, wrapper: str | None, indented: bool
) -> None:
    given = present if wrapper is None else {wrapper: present, "other": 1}
    text = json.dumps(given, indent=2 if indented else None)
    if wrapper is None and not entries_of(text):
        return
    after = entries_of(edited(text, {name: entry}))
    expected = {key: value for key, value in {**present, name: entry}.items() if value is not None}
    assert after == expected


def test_comments_other_keys_and_the_style_of_others_stay() -> None:
    text = edited(BRACES, {"files": {"url": "https://x"}, "new": ENTRY})
    assert '"time": { "command": "uvx", "args": ["mcp-server-time"] }, // hours\n' in text
    assert "// What I use." in text
    assert "/* files */" in text
    assert '"theme": "dark",\n}' in text
    assert entries_of(text)["files"] == {"url": "https://x"}
    assert list(entries_of(text)) == ["time", "files", "new"]

    text = edited(BRACES, {"files": None})
    assert "// hours" in text
    assert "/* files */" in text
    assert list(entries_of(text)) == ["time"]


COMMENTED = """{
  // before
  "a": {"command": "1"} /* a, */, // {a}
  // between
  "b": {"command": "2"} // b
  , /* c */ "c": {"command": "3"}, // last
  // after
}
"""
COMMENTS = (
    "// before",
    "/* a, */",
    "// {a}",
    "// between",
    "// b",
    "/* c */",
    "// last",
    "// after",
)


@pytest.mark.parametrize("gone", ["a", "b", "c", "ab", "bc", "ac", "abc"])
def test_no_comment_goes_with_a_removed_entry(gone: str) -> None:
    text = edited(COMMENTED.replace("{\n", '{ "servers": {\n', 1) + "}", dict.fromkeys(gone))
    assert [comment for comment in COMMENTS if comment not in text] == []
    assert list(entries_of(text)) == [name for name in "abc" if name not in gone]


@pytest.mark.parametrize(
    "text",
    ["\ufeff{}", "```json\n{}\n```", " \n```jsonc \r\n{}\n  ```\n", "// Mine.\n", "// Mine."],
)
def test_what_can_be_read_can_be_changed_and_what_is_around_it_stays(text: str) -> None:
    changed = edited(text, {"a": ENTRY})
    before, _, after = text.partition("{}")
    assert entries_of(changed) == {"a": ENTRY}
    assert changed.startswith(before)
    assert changed.endswith(after)
    assert entries_of(edited(changed, {"a": None})) == {}


@pytest.mark.parametrize(
    ("name", "entry"), [("mcp", {**ENTRY, "servers": {"b": {}}}), ("servers", {"url": "https://x"})]
)
def test_a_server_may_be_called_as_a_wrapper_is(name: str, entry: Any) -> None:
    text = json.dumps({"other": ENTRY})
    assert entries_of(edited(text, {name: entry})) == {"other": ENTRY, name: entry}


def test_an_entry_that_would_hide_others_is_refused() -> None:
    with pytest.raises(InvalidConfiguration, match="would hide others"):
        edited(json.dumps({"other": ENTRY}), {"servers": {"disabled": True}})


def test_a_file_that_is_not_there_is_begun() -> None:
    assert edited("", {"a": ENTRY}) == (
        '{\n  "mcpServers": {\n    "a": {\n      "command": "a"\n    }\n  }\n}\n'
    )


def test_of_two_entries_with_one_name_none_is_left() -> None:
    text = '{"mcpServers": {"a": {"command": "1"}, "a": {"command": "2"}}}'
    assert entries_of(edited(text, {"a": None})) == {}
    assert entries_of(edited(text, {"a": ENTRY})) == {"a": ENTRY}


def test_the_form_of_settings_is_kept() -> None:
    settings = {"mcp": {"inputs": [], "servers": {"a": ENTRY}}, "theme": "dark"}
    changed = json.loads(edited(json.dumps(settings), {"b": ENTRY}))
    assert changed == {
        "mcp": {"inputs": [], "servers": {"a": ENTRY, "b": ENTRY}},
        "theme": "dark",
    }


def test_an_entry_alone_is_no_file_to_write_to() -> None:
    with pytest.raises(InvalidConfiguration, match="around the entry first"):
        edited(json.dumps({"name": "a", **ENTRY}), {"b": ENTRY})


def test_a_file_that_cannot_be_read_is_not_changed() -> None:
    with pytest.raises(InvalidConfiguration, match="not JSON"):
        edited("{", {"a": ENTRY})
