"""Whatever a server does is its state, or the output of a call: no failure of ours, and no chat waits."""

import sys
from pathlib import Path
from typing import Any

import pytest

from backend.mcp.server_log import MAX_LINES_A_MINUTE
from backend.waiting import poll
from tests.mcp.servers import POLL_S, ROOT, mcp_app, python
from tests.patience import PATIENCE_S


def rude(way: str) -> dict[str, Any]:
    return {"command": sys.executable, "args": ["-m", "tests.mcp.rude", way], "cwd": str(ROOT)}


@pytest.mark.parametrize(
    ("way", "status", "told"),
    [
        ("polite", "completed", "Done."),
        ("garbage", "completed", "Done."),
        ("flood", "completed", "Done."),
        ("endless", "completed", "At last."),
        ("large", "completed", "[Cut here: the first 65,536 of 1,000,000 bytes.]"),
        ("infinite", "completed", '{"a": Infinity}'),
        ("error", "failed", "No luck today."),
        ("odd", "failed", "The answer is not one of the protocol"),
        ("digits", "failed", "The answer cannot be read: number out of range"),
        ("digits_first", "failed", "The answer cannot be read: number out of range"),
        ("broken", "failed", "The answer cannot be read: expected value"),
        ("anonymous", "failed", "The answer cannot be read: expected value"),
        ("deep", "failed", "The answer cannot be read: recursion limit exceeded"),
        ("list", "failed", "The answer cannot be read: it is no message of the protocol."),
        ("text", "failed", "The answer cannot be read: it is no message of the protocol."),
        ("empty", "failed", "The answer cannot be read: it is no message of the protocol."),
        ("nobody", "failed", "What did you say?"),
        ("laments", "failed", "[Cut here, after 4,000 of 10,000,000 characters.]"),
        ("half", "completed", "Half of it: \ufffd"),
        ("own_log", "completed", "Done."),
        ("vast_progress", "completed", "At last."),
        ("dies", "failed", "rude was lost during the call: It ended with status 3."),
        ("huge", "failed", "It sent a message of more than 16,777,216 bytes."),
    ],
)
async def test_what_comes_of_a_call_is_told_to_the_model(
    tmp_path: Path, way: str, status: str, told: str
) -> None:
    async with mcp_app(tmp_path, {"rude": rude(way)}) as app:
        await app.until("rude", "ready")
        call, output = await app.call("rude__do")
        assert told in output
        assert call.status == status
        assert len(output) < 100_000
        assert len(call.error or "") < 5_000


async def test_a_server_that_never_answers_is_given_up_and_told_so(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"rude": rude("slow")}, tool_timeout_s=0.3) as app:
        await app.until("rude", "ready")
        _, output = await app.call("rude__do")
        assert "rude · do took longer than 0.3 s." in output
        await app.until("rude", lambda server: "It was cancelled." in server["log"])


async def test_a_server_that_tells_its_progress_without_end_is_given_up(tmp_path: Path) -> None:
    limits = {"tool_timeout_s": 0.5, "run_timeout_s": 2.0}
    async with mcp_app(tmp_path, {"rude": rude("forever")}, **limits) as app:
        await app.until("rude", "ready")
        made = await app.http.post("/api/tools/rude__do/runs", json={})
        assert "rude · do took longer than" in made.json()["text"]
        await app.until("rude", "ready")


async def test_a_server_that_is_stuck_at_its_start_makes_no_chat_wait(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"stuck": rude("stuck"), "rude": rude("polite")}) as app:
        await app.until("rude", "ready")
        assert (await app.call("rude__do"))[1] == "Done."
        assert (await app.servers())["stuck"]["state"] == "starting"


async def test_a_server_that_babbles_is_let_go_with_a_reason(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"rude": rude("babble")}) as app:
        server = await app.until("rude", "failed")
        assert server["reason"] == (
            "It writes other things than messages to its standard output. It wrote last: "
            "[not a message] Anything but a message."
        )
        assert "Anything but a message." in server["log"]


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ("refusing", "Set API_KEY first."),
        ("nameless", "serverInfo"),
        ("old", "Unsupported protocol version from the server: 1999-12-31."),
    ],
)
async def test_why_a_greeting_came_to_nothing_is_told(tmp_path: Path, way: str, words: str) -> None:
    async with mcp_app(tmp_path, {"rude": rude(way)}) as app:
        server = await app.until("rude", "failed")
        assert server["reason"].startswith("It cannot be connected to: ")
        assert words in server["reason"]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"command": "no-such-program"}, "There is no no-such-program here. Install it"),
        ({"command": "no such program"}, 'What follows its first blank belongs into "args".'),
        ({"command": sys.executable, "cwd": "/no/such"}, "There is no /no/such here."),
        ({"command": "/etc"}, "/etc cannot be started: Permission denied."),
    ],
)
async def test_why_a_program_cannot_be_started_is_told(
    tmp_path: Path, entry: dict[str, Any], reason: str
) -> None:
    async with mcp_app(tmp_path, {"one": entry}) as app:
        assert reason in (await app.until("one", "failed"))["reason"]


@pytest.mark.parametrize("command", ["uvx", "npx", "docker"])
async def test_where_a_usual_program_comes_from_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with mcp_app(tmp_path, {"one": {"command": command}}) as app:
        assert "It comes with " in (await app.until("one", "failed"))["reason"]


async def test_the_reason_and_the_end_of_standard_error_are_shown(tmp_path: Path) -> None:
    entry = {
        "command": sys.executable,
        "args": ["-c", "import sys; sys.exit('The token hush-hush-hush is wrong.')"],
        "env": {"API_TOKEN": "hush-hush-hush"},
    }
    async with mcp_app(tmp_path, {"one": entry}) as app:
        server = await app.until("one", "failed")
        assert server["reason"] == (
            "It ended with status 1. It wrote last: The token [secret removed] is wrong."
        )
        assert server["log"].endswith("The token [secret removed] is wrong.")

        await app.http.post("/api/mcp/servers/one/retry")
        server = await app.until("one", lambda one: one["starts"] > 1 and one["state"] == "failed")
        assert server["log"].count("is wrong.") == 1


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (
            "import os; os.write(2, b'first\\n' + b'\\x07x' * 9_999 + b'\\n \\n')",
            " It wrote last: xxx",
        ),
        ("", ""),
    ],
)
async def test_of_a_long_last_line_the_beginning_is_told_and_of_none_nothing(
    tmp_path: Path, code: str, words: str
) -> None:
    async with mcp_app(tmp_path, {"one": python(code)}) as app:
        reason = (await app.until("one", "failed"))["reason"]
    assert reason.startswith(f"It ended with status 0.{words}")
    assert len(reason) == len("It ended with status 0." + words) + (197 if words else 0)


async def test_what_a_server_logs_is_in_our_log_as_well_within_limits(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "backend.mcp.server_log")
    key = "planted-key-0123456789"
    async with mcp_app(tmp_path, {"rude": {**rude("logs"), "env": {"API_KEY": key}}}) as app:
        await app.until("rude", "ready")
        assert (await app.call("rude__do"))[1] == "Done."
        shown = (await app.servers())["rude"]["log"]
    logged = [record for record in caplog.records if record.name == "backend.mcp.server_log"]
    assert [record.levelname for record in logged[:5]] == [
        "DEBUG", "INFO", "ERROR", "CRITICAL", "WARNING"
    ]  # fmt: skip
    words = 'disk: {"password": "[secret removed]", "lines": "one\\ntwo"}'
    assert logged[0].getMessage() == f"The MCP server rude logs: {words}"
    assert len(logged) == MAX_LINES_A_MINUTE + 1
    assert max(len(record.getMessage()) for record in logged) < 600
    assert key not in caplog.text + shown


async def test_a_thousand_tools_are_listed(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"rude": rude("many")}) as app:
        server = await app.until("rude", "ready")
        assert len(server["tools"]) == 1_000
        # So many are not told to a model, which searches them.
        made = await app.http.post("/api/tools/rude__do_999/runs", json={})
        assert made.json()["text"] == "Done."


async def test_a_tool_that_nobody_can_use_costs_that_tool_and_says_why(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"rude": rude("odd_tools")}) as app:
        server = await app.until("rude", "ready")
        assert [tool["name"] for tool in server["tools"]] == ["bare", "do"]
        left_out = {each["name"]: each["reason"] for each in server["left_out"]}
        assert left_out.keys() == {
            "no_schema", "no_object", "number 4", "vast", "long" * 20, "number 7", "do",
            "number 9",
        }  # fmt: skip
        assert left_out["no_schema"].startswith("inputSchema: Input should be a valid dictionary")
        assert left_out["no_object"] == "inputSchema.type: Input should be 'object'."
        assert left_out["number 4"] == "name: Field required."
        assert "more than 131,072" in left_out["vast"]
        assert left_out["number 7"] == "It has no name."
        assert "more than 256" in left_out["long" * 20]
        assert left_out["do"] == "It is listed twice."
        assert (await app.call("rude__bare"))[1] == "Done."


async def test_a_list_without_end_is_cut_and_says_so(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"rude": rude("endless_list")}) as app:
        server = await app.until("rude", "ready")
        assert 80 < len(server["tools"]) < 100
        assert server["left_out"] == [
            {"name": "The rest", "reason": "The list is longer than can be kept here."}
        ]


async def test_the_children_of_a_server_end_with_ours(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"rude": rude("child")}) as app:
        await app.until("rude", "ready")
        assert len(processes("the-child")) == 1

    async def gone() -> bool | None:
        return True if not processes("the-child") else None

    await poll(gone, within_s=PATIENCE_S, first_pause_s=POLL_S, longest_pause_s=POLL_S)


async def test_the_environment_of_a_server_is_clean_but_for_what_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY_OF_OURS", "sk-ours-12345678")
    told = tmp_path / "told"
    entry = {
        "command": sys.executable,
        "args": ["-c", f"import os; open({str(told)!r}, 'w').write(str(dict(os.environ)))"],
        "env": {"GIVEN": "${OPENAI_API_KEY_OF_OURS:-}x"},
    }
    async with mcp_app(tmp_path, {"one": entry}) as app:
        await app.until("one", "failed")
    environment = told.read_text()
    assert "'GIVEN': 'sk-ours-12345678x'" in environment
    assert "OPENAI_API_KEY_OF_OURS" not in environment
    assert "'PATH'" in environment


def processes(word: str) -> list[str]:
    """The command lines, of whatever process, with this word."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().decode(errors="replace")
        except OSError:
            continue
        if word in line.split("\0"):
            found.append(line)
    return found


async def test_why_a_server_failed_is_told_without_its_secrets(tmp_path: Path) -> None:
    key = "planted-key-0123456789"
    async with mcp_app(tmp_path, {"rude": {**rude("telling"), "env": {"API_KEY": key}}}) as app:
        server = await app.until("rude", "failed")
        assert "No tools for [secret removed]" in server["reason"]
        listed = await app.http.get("/api/mcp/servers")
        assert key not in listed.text


async def test_entries_that_cannot_be_read_as_they_are_cost_nothing_but_themselves(
    tmp_path: Path,
) -> None:
    entries = {
        "address": {"url": "http://[x"},
        "half": {"command": "\udcff"},
        "list": {"command": ["a"], "args": 5},
        "off": {**rude("polite"), "disabledTools": 5},
        "rude": rude("polite"),
    }
    async with mcp_app(tmp_path, entries) as app:
        await app.until("rude", "ready")
        servers = await app.servers()
        assert servers["address"]["reason"] == 'Its "url" is not an address.'
        assert servers["half"]["state"] in ("starting", "failed")
        assert servers["list"]["reason"] == 'Its "args" must be a list.'
        assert servers["off"]["reason"] == 'Its "disabledTools" must be a list of names.'
