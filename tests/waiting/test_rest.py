"""What waits, and what is allowed for good, by REST."""

import asyncio
import json

import pytest

from backend.domain.items import FunctionCall
from tests.rest import rest
from tests.running import Running
from tests.scripted import COMPLETED, ScriptedUpstream, calls, message
from tests.waiting.asking import (
    BREAD,
    MILK,
    QUESTION,
    WEATHER,
    call_in,
    decided,
    parked,
    resolve,
    until,
    waiting,
)


async def test_a_script_lists_what_waits_and_decides(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with (
        server.socket() as socket,
        socket.rest() as http,
    ):
        milk, bread = await parked(upstream, socket, MILK, BREAD)
        place = f"/api/threads/{socket.transcript.present_thread.id}/actions"
        listed = (await http.get(place)).json()["items"]
        assert [item["id"] for item in listed] == [milk.id, bread.id]
        summary = (await http.get(place.removesuffix("/actions"))).json()
        assert summary["waits"] is True
        export = (await http.get(place.replace("actions", "export"))).text
        assert export.count("*Waits for an answer*") == 2
        allow = {"id": "mine", "item_ids": [milk.id], "decision": "allow"}
        odd = await http.post(place, json=allow | {"arguments": 7})
        assert odd.json()["error"]["field"] == "arguments"
        bad = await http.post(place, json=allow | {"arguments": {"text": 1}})
        assert (bad.status_code, bad.json()["error"]["code"]) == (400, "invalid_arguments")
        done = await http.post(place, json=allow | {"arguments": {"text": "Oat"}})
        assert done.status_code == 200
        assert (await http.post(place, json=allow)).json() == done.json()
        late = await http.post(place, json={"item_ids": [milk.id], "decision": "deny"})
        assert (late.status_code, late.json()["error"]["code"]) == (409, "already_answered")
        none = await http.post(place, json={"item_ids": ["item_0"], "decision": "deny"})
        assert none.status_code == 404
        origin = {"Origin": server.url}
        deny = {"item_ids": [bread.id], "decision": "deny", "reason": "Stale."}
        assert (await http.post(place, json=deny, headers=origin)).status_code == 200
        await socket.until_idle()
        export = (await http.get(place.replace("actions", "export"))).text
        whole = (await http.get(place.replace("actions", "export?format=json"))).json()
        copy = (await http.post("/api/threads", json=whole)).json()
        items = (await http.get(f"/api/threads/{copy['id']}/items")).json()["items"]
    assert call_in(socket, milk).output == {"saved": "Oat"}
    assert (decided(socket, milk).by, decided(socket, bread).by) == ("script", "visitor")
    assert "*Allowed, with other arguments, by a script at " in export
    assert "*Denied in a browser at " in export
    assert "UTC: Stale.*" in export
    assert json.loads(MILK[1])["text"] in export
    kept = [item["required_action"] for item in items if item["type"] == "function_call"]
    assert kept == [
        json.loads(call_in(socket, call).model_dump_json())["required_action"]
        for call in (milk, bread)
    ]


async def test_two_scripts_at_once_and_one_wins(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with (
        server.socket() as socket,
        socket.rest() as http,
    ):
        [milk] = await parked(upstream, socket, MILK)
        place = f"/api/threads/{socket.transcript.present_thread.id}/actions"
        bodies = [
            {"item_ids": [milk.id], "decision": decision}
            for decision in ("allow", "deny", "allow", "deny")
        ]
        answers = await asyncio.gather(*(http.post(place, json=body) for body in bodies))
        await socket.until_idle()
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]


async def test_the_policy_of_a_tool_can_be_changed_for_all(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with (
        server.socket() as socket,
        socket.rest() as http,
    ):

        async def policies() -> dict[str, tuple[str, str]]:
            told = (await http.get("/api/functions")).json()
            each = [*told["functions"], *told["builtins"], *told["others"]]
            return {tool["name"]: (tool["approval"], tool["default_approval"]) for tool in each}

        before = await policies()
        assert (before["save_note"], before["get_weather"]) == (("ask", "ask"), ("never", "never"))
        assert before["file_search"] == ("never", "never")
        for name, approval in (
            ("save_note", "never"),
            ("get_weather", "ask"),
            ("wiki.edit", "never"),
        ):
            body = {"approval": approval}
            answer = await http.put(f"/api/functions/{name}/approval", json=body)
            assert answer.status_code == 200, answer.text
        after = await policies()
        assert (after["save_note"], after["wiki.edit"]) == (("never", "ask"), ("never", "ask"))
        [weather] = await parked(upstream, socket, MILK, WEATHER)
        assert weather.name == "get_weather"
        milk = socket.transcript.items[1]
        assert isinstance(milk, FunctionCall)
        assert (milk.status, milk.required_action) == ("completed", None)
        await resolve(socket, weather)
        await socket.until_idle()
        declared = {"approval": None}
        assert (
            await http.put("/api/functions/get_weather/approval", json=declared)
        ).status_code == 200
        assert (await policies())["get_weather"] == ("never", "never")
        for name in ("ask_user", "%00", "%20", "a%0Ab", "a" * 257):
            refused = await http.put(f"/api/functions/{name}/approval", json=declared)
            assert refused.status_code == 400, name


async def test_what_is_allowed_for_good_is_listed_and_can_be_taken_back(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with (
        server.socket() as socket,
        socket.rest() as http,
    ):
        [milk] = await parked(upstream, socket, MILK)
        async with server.socket(cookie=socket.cookie) as other:
            [bread] = await parked(upstream, other, BREAD)
            await resolve(socket, milk, scope="thread")
            await socket.until_idle()
            await resolve(other, bread, scope="everywhere")
            await other.until_idle()
        thread_id = socket.transcript.present_thread.id
        grants = (await http.get("/api/grants")).json()["grants"]
        assert grants == [
            {"tool": "save_note", "thread_id": None, "title": None},
            {"tool": "save_note", "thread_id": thread_id, "title": "Do it."},
        ]
        async with rest(server.url) as stranger:
            assert (await stranger.get("/api/grants")).json() == {"grants": []}
        place = "/api/grants/save_note"
        assert (await http.delete(place)).status_code == 204
        assert (await http.delete(place)).status_code == 404
        assert (await http.delete(f"{place}?thread_id={thread_id}")).status_code == 204
        assert (await http.get("/api/grants")).json() == {"grants": []}
        assert await parked(upstream, socket, MILK)


async def test_what_is_allowed_on_a_deleted_thread_is_listed_once_it_is_restored(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with server.socket() as socket:
        [milk] = await parked(upstream, socket, MILK)
        await resolve(socket, milk, scope="thread")
        await socket.until_idle()
        place = f"/api/threads/{socket.transcript.present_thread.id}"
    async with socket.rest() as http:
        await http.delete(place)
        assert (await http.get("/api/grants")).json() == {"grants": []}
        await http.post(f"{place}/restore")
        [grant] = (await http.get("/api/grants")).json()["grants"]
    assert (grant["tool"], grant["title"]) == ("save_note", "Do it.")


@pytest.mark.parametrize("policy", ["never", "always_allow"])
async def test_a_policy_that_asks_nobody_allows_what_waits_already(
    server: Running, upstream: ScriptedUpstream, policy: str
) -> None:
    async with server.socket() as socket, rest(server.url) as http:
        milk, question = await parked(upstream, socket, MILK, QUESTION)
        place = "/api/functions/save_note/approval"
        (await http.put(place, json={"approval": policy})).raise_for_status()
        await until(socket, lambda: call_in(socket, milk).status == "completed")
        assert (decided(socket, milk).by, waiting(socket)) == ("policy", [question])


async def test_always_allow_for_all_shows_that_nobody_had_to_be_asked(
    server: Running, upstream: ScriptedUpstream
) -> None:
    async with (
        server.socket() as socket,
        socket.rest() as http,
    ):
        body = {"approval": "always_allow"}
        await http.put("/api/functions/save_note/approval", json=body)
        upstream.script(calls(MILK), [*message("Done."), COMPLETED])
        await socket.say("Do it.")
        await socket.until_idle()
    milk = socket.transcript.items[1]
    assert isinstance(milk, FunctionCall)
    assert milk.status == "completed"
    assert (decided(socket, milk).by, decided(socket, milk).scope) == ("policy", "everywhere")
