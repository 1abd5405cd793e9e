"""What servers offer to a message: resources that are attached, prompts that are filled in."""

import base64
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp.server.mcpserver import MCPServer
from mcp_types import InputRequiredResult

from backend.domain.items import UserMessage
from backend.mcp.uri_template import Variable, expanded, variables_of
from backend.waiting import poll
from tests.mcp.servers import DEMO, POLL_S, ROOT, McpApp, demo_over_http, mcp_app
from tests.patience import PATIENCE_S
from tests.rest import rest
from tests.scripted import COMPLETED, message
from tests.serving import serve

GUIDE = {"uri": "demo://guide"}
TIDES = "demo://tides/{place}"
KEY = "hush-hush-hush"


def offering(way: str = "", **env: str) -> dict[str, Any]:
    command = {"command": sys.executable, "args": ["-m", "tests.mcp.offering", way]}
    return {**command, "cwd": str(ROOT), "env": env}


async def listed(
    app: McpApp,
    kind: str = "resources",
    holds: Callable[[dict[str, Any]], bool] = lambda page: not page["pending"],
    **query: Any,
) -> dict[str, Any]:
    """A list, once all servers have been asked or this holds of it."""

    async def page() -> dict[str, Any] | None:
        answer = await app.http.get(f"/api/mcp/{kind}", params=query)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found if holds(found) else None

    return await poll(page, within_s=PATIENCE_S, first_pause_s=POLL_S, longest_pause_s=POLL_S)


async def asked(app: McpApp, what: str, server: str = "demo", **body: Any) -> httpx2.Response:
    return await app.http.post(f"/api/mcp/servers/{server}/{what}", json=body)


async def attached(app: McpApp, server: str = "demo", **body: Any) -> list[dict[str, Any]]:
    answer = await asked(app, "resources/attach", server, **body)
    assert answer.status_code == 201, answer.text
    files: list[dict[str, Any]] = answer.json()["files"]
    return files


async def content(app: McpApp, file: dict[str, Any]) -> bytes:
    return (await app.http.get(f"/api/files/{file['id']}/content")).content


def problem(answer: httpx2.Response) -> tuple[int, str, str]:
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["message"]


@asynccontextmanager
async def over_stdio(tmp_path: Path) -> AsyncIterator[McpApp]:
    async with mcp_app(tmp_path, {"demo": DEMO}) as app:
        yield app


@asynccontextmanager
async def over_http(tmp_path: Path) -> AsyncIterator[McpApp]:
    async with demo_over_http() as url, mcp_app(tmp_path, {"demo": {"url": url}}) as app:
        yield app


@pytest.mark.parametrize("transport", [over_stdio, over_http])
async def test_resources_are_listed_looked_at_and_attached(tmp_path: Path, transport: Any) -> None:
    async with transport(tmp_path) as app:
        page = await listed(app, query="the harbour")
        shown = [(each["server"], each["uri"], each["title"]) for each in page["resources"]]
        assert shown == [
            ("demo", "demo://guide", "A guide to the harbour"),
            ("demo", "demo://flag", "The flag of the harbour"),
        ]
        assert (page["total"], page["next_cursor"], page["problems"]) == (2, None, [])

        [guide] = (await asked(app, "resources/read", **GUIDE)).json()["contents"]
        assert guide["text"].startswith("# A guide to the harbour")
        [flag] = (await asked(app, "resources/read", uri="demo://flag")).json()["contents"]
        assert base64.b64decode(flag["picture"]).startswith(b"\x89PNG")
        files = (await app.http.get("/api/files", params={"purpose": "attachment"})).json()
        assert files["files"] == []

        [file] = await attached(app, **GUIDE)
        assert (file["name"], file["origin"]) == ("demo · guide.md", "demo · demo://guide")
        assert (await content(app, file)).decode() == guide["text"]
        [file] = await attached(app, uri="demo://flag")
        assert (file["name"], file["media_type"]) == ("demo · flag.png", "image/png")


async def test_a_template_is_filled_in_with_what_its_server_knows(tmp_path: Path) -> None:
    async with over_stdio(tmp_path) as app:
        [template] = (await listed(app, "resource-templates"))["templates"]
        assert (template["uri_template"], template["completes"]) == (TIDES, True)
        assert template["variables"] == [{"name": "place", "required": True}]
        known = {"template": TIDES, "argument": "place", "value": "br"}
        assert (await asked(app, "completions", **known)).json() == {"values": ["Brest", "Bristol"]}

        [file] = await attached(app, template=TIDES, values={"place": "Brest"})
        assert file["origin"] == "demo · demo://tides/Brest"
        assert b"03:40" in await content(app, file)
        refused = await asked(app, "resources/attach", template=TIDES, values={})
        assert problem(refused) == (400, "invalid_request", "Give a value for place.")
        unknown = await asked(app, "resources/attach", template=TIDES, values={"place": "Rome"})
        assert problem(unknown)[:2] == (502, "mcp_request_failed")
        assert "demo://tides/Rome" in problem(unknown)[2]


async def test_an_attached_resource_goes_with_a_message_and_stays_with_it(tmp_path: Path) -> None:
    async with over_stdio(tmp_path) as app:
        await listed(app)
        app.upstream.script([*message("Four metres."), COMPLETED])
        async with app.server.socket() as socket, socket.rest() as http:
            answer = await http.post("/api/mcp/servers/demo/resources/attach", json=GUIDE)
            [file] = answer.json()["files"]
            async with rest(app.server.url) as other:
                assert (await other.get(f"/api/files/{file['id']}")).status_code == 404
            await socket.say("How deep is it?", file_ids=[file["id"]])
            await socket.until_run_ends()
            [said, _] = app.upstream.sessions[0].request.history[-1:] + socket.transcript.items[-1:]
            assert isinstance(said, UserMessage)
            assert [each.origin for each in said.files] == ["demo · demo://guide"]
            thread = socket.transcript.thread
            assert thread is not None
            export = f"/api/threads/{thread.id}/export"
            markdown = (await http.get(export, params={"format": "markdown"})).text
            assert "*File: demo · guide.md (demo · demo://guide)*" in markdown
            exported = (await http.get(export, params={"format": "json"})).json()
            again = await http.post("/api/threads", json=exported)
            items = (await http.get(f"/api/threads/{again.json()['id']}/items")).json()["items"]
            [there] = items[0]["files"]
            assert there["origin"] == "demo · demo://guide"
            kept = await http.get(f"/api/files/{there['file_id']}/content")
            assert kept.text.startswith("# A guide")


@pytest.mark.parametrize("transport", [over_stdio, over_http])
async def test_a_prompt_becomes_a_text_and_files(tmp_path: Path, transport: Any) -> None:
    async with transport(tmp_path) as app:
        [explain, arrival] = (await listed(app, "prompts"))["prompts"]
        assert [(each["name"], each["required"]) for each in explain["arguments"]] == [
            ("subject", True),
            ("reader", False),
        ]
        filled = await asked(app, "prompts/fill", prompt="explain", values={"subject": "tides"})
        assert filled.json() == {
            "text": "Explain tides to a child, in three sentences.",
            "files": [],
            "left_out": 0,
        }
        known: dict[str, Any] = {
            "prompt": "explain",
            "argument": "reader",
            "values": {"subject": "tides"},
        }
        answer = await asked(app, "completions", **known, value="a s")
        assert answer.json() == {"values": ["a sailor"]}

        values = {"place": "Brest"}
        filled = (await asked(app, "prompts/fill", prompt=arrival["name"], values=values)).json()
        assert filled["text"] == (
            "User:\nWhen can I come in at Brest? Here is the guide.\n\n[demo · guide.md]\n\n"
            "Assistant:\nHow much draught has your boat?\n\nUser:\nShe draws 4.2 m."
        )
        assert [file["origin"] for file in filled["files"]] == ["demo · demo://guide"]
        gap = await asked(app, "prompts/fill", prompt="arrival", values={"place": ""})
        assert problem(gap) == (400, "invalid_request", "Give a value for place.")
        none = await asked(app, "prompts/fill", prompt="unheard")
        assert problem(none)[:2] == (502, "mcp_request_failed")


async def test_what_a_prompt_links_to_is_attached_where_it_can_be_read(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"web": offering(API_KEY=KEY)}) as app:
        await listed(app)
        filled = (await asked(app, "prompts/fill", "web", prompt="first")).json()
        assert filled["text"] == "Not [secret removed].\n\nThe plan <gone://>"
        assert [file["name"] for file in filled["files"]] == ["web · home-ada-plan.md"]


async def test_lists_follow_what_servers_say_has_changed(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"demo": DEMO, "old": offering()}) as app:
        before = await listed(app)
        app.script(("demo__save_note", '{"text": "Milk"}'))
        await app.http.put("/api/functions/demo__save_note/approval", json={"approval": "never"})
        await app.call("demo__save_note", text="Milk")
        await app.call("old__do")
        page = await listed(app, holds=lambda page: page["total"] == before["total"] + 2)
        assert {"note://1", "new://"} <= {each["uri"] for each in page["resources"]}
        [note] = await attached(app, uri="note://1")
        assert await content(app, note) == b"Milk"
        prompts = await listed(app, "prompts", lambda page: page["total"] == 2, server="old")
        assert [each["name"] for each in prompts["prompts"]] == ["first", "second"]


async def test_long_lists_are_searched_and_come_in_pages(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"demo": DEMO, "web": offering("many")}) as app:
        page = await listed(app, query="number", limit=200)
        assert (page["total"], len(page["resources"])) == (250, 200)
        rest_of_it = await listed(app, query="number", limit=200, cursor=page["next_cursor"])
        assert [each["uri"] for each in rest_of_it["resources"]] == [
            f"n://{number}" for number in range(200, 250)
        ]
        assert rest_of_it["next_cursor"] is None
        for query, uris in {
            "NUMBER web 249": ["n://249"],
            "comes by boat": ["demo://guide"],
            "demo://fl": ["demo://flag"],
            "no such thing": [],
        }.items():
            found = await listed(app, query=query)
            assert [each["uri"] for each in found["resources"]] == uris
        assert (await listed(app, server="demo", query="harbour"))["total"] == 2
        odd = await app.http.get("/api/mcp/resources", params={"cursor": "odd"})
        assert problem(odd)[:2] == (400, "invalid_request")
        much = await app.http.get("/api/mcp/resources", params={"limit": 1_000})
        assert much.status_code == 400


async def test_a_list_without_end_is_cut(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"web": offering("endless")}) as app:
        assert (await listed(app))["total"] == 200


async def test_contents_of_any_kind_become_files_that_a_message_takes(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"web": offering()}) as app:
        await listed(app)
        for uri, name, media_type in (
            ("file:///home/ada/plan.md", "web · home-ada-plan.md", "text/markdown"),
            ("db://shop/customers", "web · shop-customers.csv", "text/csv"),
            ("scan://7.pdf", "web · 7.pdf.txt", "text/plain"),
            ("archive://all", "web · all.zip", "application/octet-stream"),
            ("odd://data.txt", "web · data.txt.bin", "application/octet-stream"),
        ):
            [file] = await attached(app, "web", uri=uri)
            assert (file["name"], file["media_type"]) == (name, media_type)
            assert file["origin"] == f"web · {uri}"

        answer = (await asked(app, "resources/attach", "web", uri="folder://notes")).json()
        assert [file["name"] for file in answer["files"][:2]] == [
            "web · notes-0.txt",
            "web · notes-2.txt",
        ]
        assert (len(answer["files"]), answer["left_out"]) == (10, 19)
        [far] = await attached(app, "web", uri="told://elsewhere")
        assert len(far["origin"]) < 600
        assert far["name"].endswith("yyy.txt")
        [long] = (await asked(app, "resources/read", "web", uri="long://")).json()["contents"]
        assert (len(long["text"]), long["is_cut"], long["size"]) == (20_000, True, 60_000)
        for uri, status, words in (
            ("empty://", 400, "is empty"),
            ("broken://", 502, "is not base64"),
            ("nothing://", 502, "There is nothing at this address."),
        ):
            refused = await asked(app, "resources/attach", "web", uri=uri)
            assert refused.status_code == status, refused.text
            assert words in refused.text


async def test_what_is_larger_than_a_file_may_be_is_refused(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"web": offering()}, max_file_bytes=10_000) as app:
        await listed(app)
        refused = await asked(app, "resources/attach", "web", uri="long://")
        assert problem(refused)[:2] == (413, "file_too_large")


async def test_secrets_do_not_come_back_in_what_is_read(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"web": offering(API_KEY=KEY)}) as app:
        page = await listed(app, query="table")
        [hidden] = [each["uri"] for each in page["resources"]]
        assert hidden == "db://[secret removed]@host/table"
        [file] = await attached(app, "web", uri=hidden)
        assert (await content(app, file), file["origin"]) == (b"Rows.", f"web · {hidden}")
        [file] = await attached(app, "web", uri="told://secret")
        assert await content(app, file) == b"The key is [secret removed]."
        refused = await asked(app, "resources/read", "web", uri="unheard://")
        assert problem(refused)[2] == "web: No resources/read, says [secret removed]."


async def test_a_server_without_resources_is_asked_for_none(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"web": offering("none")}) as app:
        page = await listed(app)
        assert (page["resources"], page["problems"]) == ([], [])
        log = (await app.servers())["web"]["log"]
        assert "asked: tools/list" in log
        assert "resources" not in log
        assert "prompts" not in log


async def test_a_server_that_does_not_list_them_makes_no_chat_wait(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"web": offering("slow"), "demo": DEMO}) as app:
        page = await listed(app, holds=lambda page: page["total"] > 0)
        assert page["pending"]
        assert (await app.call("web__do"))[1] == "Done."


async def test_a_list_that_cannot_be_read_is_told_of(tmp_path: Path) -> None:
    async with mcp_app(tmp_path, {"web": offering("odd")}) as app:
        page = await listed(app)
        [told] = page["problems"]
        assert told.startswith("web: It cannot list its resources: The answer is not one of")
        assert (await listed(app, "prompts"))["total"] == 1


async def test_who_asks_before_giving_a_resource_or_a_prompt_is_told_of(tmp_path: Path) -> None:
    server = MCPServer("asking")
    question = InputRequiredResult(request_state="later")

    @server.resource("ask://{what}")
    def ask(what: str) -> Any:
        return question

    @server.prompt()
    def prompt() -> Any:
        return question

    async with (
        serve(server.streamable_http_app(), lifespan="on") as url,
        mcp_app(tmp_path, {"web": {"url": f"{url}/mcp"}}) as app,
    ):
        await listed(app)
        told = "web: It asks for something before it answers, which only its tools may do."
        read = await asked(app, "resources/read", "web", uri="ask://me")
        assert problem(read) == (502, "mcp_request_failed", told)
        filled = await asked(app, "prompts/fill", "web", prompt="prompt")
        assert problem(filled) == (502, "mcp_request_failed", told)


async def test_what_a_server_had_is_not_offered_while_it_is_lost(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        up = await stack.enter_async_context(AsyncExitStack())
        url = await up.enter_async_context(demo_over_http())
        app = await stack.enter_async_context(mcp_app(tmp_path, {"web": {"url": url}}))
        assert (await listed(app, query="guide"))["total"] == 1
        await up.aclose()
        refused = await asked(app, "resources/attach", "web", **GUIDE)
        assert problem(refused)[:2] == (503, "mcp_server_away")
        page = await listed(app, holds=lambda page: page["problems"])
        assert page["total"] == 0
        prompts = await app.http.get("/api/mcp/prompts")
        assert prompts.json()["total"] == 0


async def test_a_server_that_is_away_is_named_and_its_resources_are_not_offered(
    tmp_path: Path,
) -> None:
    lost = {"command": "no-such-program"}
    async with mcp_app(tmp_path, {"lost": lost, "web": offering("dies")}) as app:
        await app.until("web", "ready")
        page = await listed(app, holds=lambda page: page["total"] > 0 and page["problems"])
        [told] = page["problems"]
        assert told.startswith("The MCP server lost is not connected: There is no no-such-program")
        refused = await asked(app, "resources/read", "lost", uri="x://")
        assert problem(refused) == (503, "mcp_server_away", told)
        died = await asked(app, "resources/read", "web", uri="db://shop/customers")
        assert problem(died)[:2] == (503, "mcp_server_away")
        assert "The MCP server web was lost before it answered" in problem(died)[2]
        unknown = await asked(app, "prompts/fill", "nobody", prompt="x")
        assert problem(unknown)[:2] == (404, "mcp_server_missing")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"uri": "a://", "template": "b://{c}"},
        {"uri": ""},
        {"uri": "x" * 10_000},
        {"template": "a://{b}", "values": {"b": 7}},
    ],
)
async def test_a_choice_that_is_odd_is_refused(tmp_path: Path, body: dict[str, Any]) -> None:
    async with mcp_app(tmp_path, {"off": {**DEMO, "disabled": True}}) as app:
        answer = await asked(app, "resources/attach", "off", **body)
        assert problem(answer)[:2] == (400, "invalid_request")


async def test_nobody_from_another_site_and_none_without_the_token_is_given_any(
    tmp_path: Path,
) -> None:
    token = "a-long-token-of-the-operator"
    own = {"Authorization": f"Bearer {token}"}
    off = {"off": {**DEMO, "disabled": True}}
    async with mcp_app(tmp_path, off, access_token=token) as app:
        for kind in ("resources", "resource-templates", "prompts"):
            assert (await app.http.get(f"/api/mcp/{kind}")).status_code in (401, 429)
            assert (await app.http.get(f"/api/mcp/{kind}", headers=own)).status_code == 200
        for what in ("resources/read", "resources/attach", "prompts/fill", "completions"):
            for headers, status in (
                ({}, 401),
                ({**own, "Origin": "https://evil.example"}, 403),
                ({**own, "Sec-Fetch-Site": "cross-site"}, 403),
            ):
                path = f"/api/mcp/servers/off/{what}"
                answer = await app.http.post(path, json={"uri": "x://"}, headers=headers)
                assert answer.status_code in (status, 429), (what, headers)


EXAMPLES = {
    "{var}": "value",
    "{hello}": "Hello%20World%21",
    "{+hello}{+half}": "Hello%20World!50%25",
    "{x,y}{undefined}": "1024,768",
    "{+path:6}here": "/foo/bhere",
    "X{#path}{.x,y}": "X#/foo/bar.1024.768",
    "{/var,x}/here{;x,empty}": "/value/1024/here;x=1024;empty",
    "{?x,empty,undefined}{&y*}": "?x=1024&empty=&y=768",
    "{odd!}{": "{odd!}{",
}
VALUES = {
    "var": "value",
    "hello": "Hello World!",
    "half": "50%",
    "empty": "",
    "path": "/foo/bar",
    "x": "1024",
    "y": "768",
}


@pytest.mark.parametrize("template", EXAMPLES)
def test_templates_become_addresses_as_their_standard_says(template: str) -> None:
    assert expanded(template, VALUES) == EXAMPLES[template]


def test_only_parts_of_a_query_may_be_left_out_of_an_address() -> None:
    assert variables_of("a://{x}/{+x}{?q,r*}{y:3}") == (
        Variable("x", True),
        Variable("q", False),
        Variable("r", False),
        Variable("y", True),
    )
