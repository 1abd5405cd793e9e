"""Configurations of other clients are understood; an odd entry costs that entry, and says why."""

import json
import re
import sys
import time
from contextlib import suppress

import pytest

from backend.mcp.config_text import edited
from backend.mcp.entries import InvalidConfiguration, entries_of
from backend.mcp.hidden import hidden
from backend.mcp.secrets import secrets_in, shown_target
from backend.mcp.server_config import (
    HttpServer,
    ServerConfig,
    StdioServer,
    server_config,
)
from tests.paths import ROOT

README = ROOT / "backend" / "mcp" / "README.md"
TIME = {"command": "uvx", "args": ["mcp-server-time"]}


def read(text: str, **environment: str) -> dict[str, ServerConfig]:
    return {name: server_config(name, e, environment) for name, e in entries_of(text).items()}


def one(entry: object, **environment: str) -> ServerConfig:
    return server_config("one", entry, environment)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"mcpServers": {"time": TIME}}),
        json.dumps({"servers": {"time": {"type": "stdio", **TIME}}, "inputs": []}),
        json.dumps({"mcp": {"servers": {"time": TIME}}}),
        json.dumps({"time": TIME}),
        f'"time": {json.dumps(TIME)}',
        f'\ufeff// .vscode/mcp.json\n"time": {json.dumps(TIME)[:-1]}, /* all */ }}\n',
        '{"mcpServers": {"time": {"command": ["uvx", "mcp-server-time"],},},}',
        f"```json\n{json.dumps({'mcpServers': {'time': TIME}})}\n```\n",
        json.dumps({"name": "time", **TIME}),
        json.dumps({"mcp": {"time": {"type": "local", "command": ["uvx", "mcp-server-time"]}}}),
    ],
)
def test_the_forms_of_other_clients_are_understood(text: str) -> None:
    assert read(text)["time"].target == StdioServer("uvx", ("mcp-server-time",))


def test_the_examples_of_the_readme_are_taken_as_they_are() -> None:
    texts = re.findall(r"```json\n(.*?)```", README.read_text(), re.DOTALL)
    configs = [config for text in texts for config in read(text, GITHUB_TOKEN="t").values()]
    assert {config.name for config in configs} == {"time", "fetch", "git", "files", "github"}
    assert [config.problem for config in configs if config.problem is not None] == []


LONG = 200_000


@pytest.mark.parametrize(
    "text",
    [
        '"' + '\\"' * (LONG // 2),
        "/*a" * (LONG // 3),
        "{" + ", " * (LONG // 2) + "}",
        "```json\n" + "\n" * LONG + "x",
        "```json\n" + "\n```" * (LONG // 4) + "x",
        json.dumps({"a": {"command": "x", "args": ["x" * LONG]}}),
        json.dumps({"a": {"command": "x", "args": ["a:" * (LONG // 2)]}}),
        json.dumps({"a": {"command": "x", "args": ["://" + ":" * LONG]}}),
        json.dumps({"a": {"command": "x", "args": ["aB1-_+" * (LONG // 6)]}}),
        json.dumps({"a": {"command": "x", "args": ["${" * (LONG // 2)]}}),
        json.dumps({"a": {"command": "x", "args": [" " * LONG], "env": {"A": "b:" + " " * LONG}}}),
        json.dumps({"a": {"command": "x", "more": "x" * LONG}}),
        json.dumps({"a": {"url": "https://x.example" + "/a1B2c3D4e5F6g7H8i9J0k" * (LONG // 22)}}),
        json.dumps({"a": {"url": "https://x.example/?" + "a=b&" * (LONG // 4)}}),
    ],
    ids=len,
)
def test_a_long_text_takes_no_long_time(text: str) -> None:
    """Nobody else is served meanwhile, not even where a thread reads it."""
    began = time.process_time()
    with suppress(InvalidConfiguration):
        for name, entry in entries_of(text).items():
            config = one(entry)
            secrets_in(config)
            shown_target(config)
            hidden(entry)
            edited(text, {name: None})
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "args", [["x" * 100_001], ["x"] * 1_001, ["${LONG}"] * 20, ["x" * 99_999, "y", "z"]]
)
def test_an_entry_holds_so_many_texts_of_so_much_length(args: list[str]) -> None:
    config = one({"command": "x", "args": args}, LONG="x" * 9_000)
    assert "at most" in str(config.problem)
    assert config.target is None


def test_slashes_and_commas_within_texts_are_no_comments() -> None:
    [config] = read('{"a": {"url": "https://x.example/mcp", "headers": {"A": ",]//"}}}').values()
    assert config.target == HttpServer("https://x.example/mcp", {"A": ",]//"})


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        ({"url": "https://x.example/mcp"}, "auto"),
        ({"type": "http", "url": "https://x.example/mcp"}, "http"),
        ({"type": "streamable-http", "serverUrl": "https://x.example/mcp"}, "http"),
        ({"transport": "sse", "url": "https://x.example/mcp"}, "sse"),
        ({"httpUrl": "https://x.example/mcp"}, "auto"),
        ({"type": "remote", "url": "https://x.example/mcp"}, "auto"),
    ],
)
def test_a_server_elsewhere_has_an_address_under_any_of_its_names(
    entry: dict[str, str], kind: str
) -> None:
    target = one(entry).target
    assert isinstance(target, HttpServer)
    assert (target.url, target.kind) == ("https://x.example/mcp", kind)


def test_variables_are_filled_in_from_the_environment() -> None:
    entry = {
        "command": "${BIN:-npx}",
        "args": ["--root=${env:ROOT}", "${EMPTY:-}"],
        "env": {"TOKEN": "${TOKEN}", "PORT": 80},
        "environment": {"DEBUG": True},
    }
    target = one(entry, ROOT="/srv", TOKEN="t").target
    assert target == StdioServer(
        "npx", ("--root=/srv", ""), {"TOKEN": "t", "PORT": "80", "DEBUG": "true"}
    )


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("uvx", "must be an object"),
        ({}, 'neither a "command" nor a "url"'),
        ({"command": 7}, "must be the name of a program"),
        ({"command": "a", "args": "b"}, "must be a list"),
        ({"command": "a", "args": [{}]}, "may hold texts only"),
        ({"command": "a", "env": ["b"]}, "must be an object of texts"),
        ({"command": "a", "envFile": ".env"}, 'write what it holds into "env"'),
        ({"command": "a", "args": ["\0"]}, "NUL"),
        ({"command": ["a"], "args": 5}, "must be a list"),
        ({"command": "a", "cwd": []}, "must be the path of a folder"),
        ({"command": "a", "disabledTools": 5}, "must be a list of names"),
        ({"command": "a", "disabledTools": ["do", 5]}, "must be a list of names"),
        ({"command": "a", "disabled": "true"}, "must be true or false"),
        ({"command": "a", "enabled": 0}, "must be true or false"),
        ({"command": "a", "type": 5}, "must be a text"),
        ({"url": "file:///etc/passwd"}, "must begin with http"),
        ({"url": []}, "may hold texts only"),
        ({"url": "https://x", "headers": 5}, "must be an object of texts"),
        ({"url": "https://x", "oauth": {"clientId": []}}, "may hold texts only"),
        ({"url": "http://[x"}, "is not an address"),
        ({"url": "http://x:port"}, "is not an address"),
        ({"url": "https://x", "type": "stdio"}, "must be http or sse"),
        ({"url": "https://x", "headers": {"A b": "c"}}, "cannot be sent"),
        ({"url": "https://x", "headers": {"A": "b\r\nC: d"}}, "cannot be sent"),
        ({"command": "a", "env": {"T": "${TOKEN}"}}, "needs TOKEN, which is not set"),
        ({"command": "a", "env": {"T": "${input:key}"}}, "Replace ${input:key} by its value"),
    ],
)
def test_an_odd_entry_says_what_is_wrong_with_it(entry: object, words: str) -> None:
    config = one(entry)
    assert config.target is None
    assert config.problem is not None
    assert words in config.problem


@pytest.mark.parametrize("name", ["", " a", "a/b", "a=b", "a@b", "a\nb", "x" * 65])
def test_a_name_that_could_be_read_in_two_ways_is_refused(name: str) -> None:
    assert "Rename it" in (server_config(name, TIME, {}).problem or "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "not JSON"),
        ("npx -y @scope/server", "A command is written as"),
        ("https://x.example/mcp", "address as"),
        ("[]", "is an object"),
        ('{"a": 1}', "no servers in it"),
        (json.dumps(TIME), "has no name"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_a_text_that_is_no_configuration_is_refused(text: str, words: str) -> None:
    with pytest.raises(InvalidConfiguration, match=words):
        entries_of(text)


def test_an_empty_file_has_no_servers() -> None:
    assert entries_of(" \n") == {}


def test_secrets_are_known_and_never_shown() -> None:
    program = one(
        {
            "command": "npx",
            "args": [
                "server",
                "--api-key",
                "abcd-efgh-1",
                "--token=hush-hush",
                "/data",
                "--port=80",
            ],
            "env": {"GITHUB_TOKEN": "ghp_12345678", "MODE": "production"},
        }
    )
    assert secrets_in(program) == {"abcd-efgh-1", "hush-hush", "ghp_12345678"}
    assert shown_target(program) == "npx server --api-key ••• --token=••• /data --port=80"
    assert "hush" not in repr(program.target).replace("--token=hush-hush", "")

    web = one(
        {
            "url": "https://me:password1@x.example/mcp?api_key=12345678",
            "headers": {"Authorization": "Bearer abcdefgh"},
        }
    )
    assert {"abcdefgh", "password1", "12345678"} <= secrets_in(web)
    assert shown_target(web) == "https://x.example/mcp"


def test_keys_in_any_part_of_an_address_are_secrets_and_its_words_are_not() -> None:
    web = one(
        {
            "url": "https://x.example/servers/a1B2c3D4e5F6g7H8/documents?transport=streamable"
            "&k=Zq7xW93kfLmN2pRtVb8c#access_token=hush-hush-hush",
            "headers": {"Content-Type": "application/json"},
        }
    )
    assert secrets_in(web) == {
        "a1B2c3D4e5F6g7H8",
        "transport=streamable&k=Zq7xW93kfLmN2pRtVb8c",
        "Zq7xW93kfLmN2pRtVb8c",
        "hush-hush-hush",
    }
    assert shown_target(web) == "https://x.example/servers/•••/documents"


def test_what_is_filled_in_is_a_secret_where_its_variable_is_called_one() -> None:
    program = one(
        {"command": "a", "args": ["to", "${SERVICE_KEY}", "${PLACE}"]},
        SERVICE_KEY="open-sesame",
        PLACE="somewhere",
    )
    assert secrets_in(program) == {"open-sesame"}
    assert shown_target(program) == "a to ••• somewhere"


def test_python_is_found_whatever_the_environment_says() -> None:
    assert one({"command": sys.executable}).target == StdioServer(sys.executable)
