"""Entries are shown without secrets, and what is sent back as it was shown keeps them."""

from typing import Any

import pytest

from backend.mcp.entries import InvalidConfiguration
from backend.mcp.hidden import hidden, revealed

PROGRAM: dict[str, Any] = {
    "command": "npx",
    "args": ["-y", "server@1.2.3", "--api-key", "abc", "--token=xyz", "postgres://me:pw@db/x"],
    "env": {"TOKEN": "hush", "FROM": "${TOKEN}", "EMPTY": ""},
    "note": "kept",
}
WEB = {
    "url": "https://me:pw@x.example/mcp?key=1",
    "headers": {"Authorization": "Bearer ${TOKEN}", "X-Key": "hush"},
}


def test_what_may_be_secret_is_not_shown() -> None:
    assert hidden(PROGRAM) == {
        "command": "npx",
        "args": ["-y", "server@1.2.3", "--api-key", "•••", "--token=•••", "postgres://•••@db/x"],
        "env": {"TOKEN": "•••", "FROM": "${TOKEN}", "EMPTY": ""},
        "note": "kept",
    }
    assert hidden(WEB) == {
        "url": "https://•••@x.example/mcp?•••",
        "headers": {"Authorization": "Bearer ${TOKEN}", "X-Key": "•••"},
    }


RANDOM = "a1B2c3D4e5F6g7H8"
UUID = "0b9c4f1e-77aa-4c2d-9e31-5d2f8a6b1c70"


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        (
            {"url": f"https://x.example/s/{RANDOM}/{UUID}/mcp#{RANDOM}"},
            {"url": "https://x.example/s/•••/•••/mcp#•••"},
        ),
        (
            {"url": "https://x.example/v1/servers/my-notes-2025-11-25/mcp"},
            {"url": "https://x.example/v1/servers/my-notes-2025-11-25/mcp"},
        ),
        ({"url": "https://x.example/key/hush4/mcp"}, {"url": "https://x.example/key/•••/mcp"}),
        ({"serverUrl": "https://x.example/${KEY}/mcp"}, {"serverUrl": "https://x.example/${KEY}/mcp"}),
        (
            {"command": ["npx", "mcp-remote", "--header", "Authorization: Bearer hush"]},
            {"command": ["npx", "mcp-remote", "--header", "Authorization: •••"]},
        ),
        (
            {"command": "npx", "args": [f"https://x.example/{RANDOM}?a=b", "-e", "API_KEY=hush"]},
            {"command": "npx", "args": ["https://x.example/•••?•••", "-e", "API_KEY=•••"]},
        ),
        ({"command": "server --api-key hush"}, {"command": "server --api-key •••"}),
        (
            {"command": "a", "env": ["TOKEN=hush"], "apiKey": "hush", "x": {"token": ["hush", 5]}},
            {"command": "a", "env": ["•••"], "apiKey": "•••", "x": {"token": ["•••", 5]}},
        ),
    ],
)  # fmt: skip
def test_a_secret_is_hidden_wherever_people_write_one(entry: Any, shown: Any) -> None:
    assert hidden(entry) == shown
    assert revealed(shown, entry) == entry


@pytest.mark.parametrize("entry", [PROGRAM, WEB, {}, "odd"])
def test_what_comes_back_as_it_was_shown_is_what_it_was(entry: Any) -> None:
    assert revealed(hidden(entry), entry) == entry


def test_one_value_may_change_and_the_others_stay_secret() -> None:
    changed = {**hidden(PROGRAM), "env": {**hidden(PROGRAM)["env"], "MODE": "x"}}
    assert revealed(changed, PROGRAM)["env"] == {**PROGRAM["env"], "MODE": "x"}


@pytest.mark.parametrize(
    ("changed", "stored"),
    [
        ({**hidden(WEB), "url": "https://evil.example/mcp"}, WEB),
        ({**hidden(WEB), "url": "http://x.example/mcp"}, WEB),
        ({**hidden(PROGRAM), "command": "evil"}, PROGRAM),
        ({**hidden(PROGRAM), "args": ["•••"]}, PROGRAM),
        ({"command": "npx", "env": {"NEW": "•••"}}, PROGRAM),
        ({"command": "npx", "env": {"NEW": "•••"}}, None),
    ],
)
def test_a_secret_goes_to_nobody_else(changed: Any, stored: Any) -> None:
    with pytest.raises(InvalidConfiguration, match="•••"):
        revealed(changed, stored)
