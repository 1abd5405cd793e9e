"""Apps stay with their calls: over a restart, without their server or function, and in an export."""

import json
from pathlib import Path

import httpx2
import pytest

from backend.domain.items import FunctionCall
from tests.functions_readme import examples, offered
from tests.mcp.servers import DEMO, mcp_app, the_call
from tests.ports import free_port
from tests.rest import rest

ASKED = {
    "demo__packing_list": ({"where": "Oslo", "days": 4}, "<title>Packing list</title>"),
    "split_bill": ({"total": 84, "people": 3}, "Tell the assistant"),
}


async def shown(http: httpx2.AsyncClient, item_id: str) -> tuple[str, str, str]:
    """The page of an app, its policy, and its title."""
    page = await http.get(f"/api/apps/{item_id}/page")
    assert page.status_code == 200
    told = (await http.get(f"/api/apps/{item_id}")).json()
    return page.text, page.headers["content-security-policy"], told["title"]


def part(call: FunctionCall) -> dict[str, object]:
    return call.outputs[0].model_dump(exclude={"file_id"})


@pytest.mark.parametrize("name", ASKED)
async def test_an_app_is_shown_again_after_a_restart_and_from_an_export(
    tmp_path: Path, name: str
) -> None:
    port = free_port()
    arguments, word = ASKED[name]
    with offered(tmp_path / "more", split_bill=examples()["split_bill.py"]):
        async with mcp_app(tmp_path, {"demo": DEMO}, serve_port=port) as app:
            await app.until("demo", "ready")
            app.script((name, json.dumps(arguments)))
            async with app.server.socket() as socket, socket.rest() as http:
                await socket.say("Show.")
                await socket.until_run_ends()
                thread_id, call = socket.transcript.present_thread.id, the_call(socket)
                before = await shown(http, call.id)
    assert word in before[0]
    # Neither the server nor the function is there any more.
    async with mcp_app(tmp_path, {}, serve_port=port) as app:
        headers = {"Cookie": socket.cookie}
        async with rest(app.server.url, headers=headers) as http, rest(app.server.url) as other:
            assert await shown(http, call.id) == before
            async with app.server.socket(cookie=socket.cookie, thread_id=thread_id) as again:
                await again.next()
                await again.next()
                assert the_call(again) == call
            exported = (await http.get(f"/api/threads/{thread_id}/export?format=json")).json()
            copied = (await other.post("/api/threads", json=exported)).json()
            items = (await other.get(f"/api/threads/{copied['id']}/items")).json()["items"]
            [copy] = [FunctionCall(**item) for item in items if item["type"] == "function_call"]
            assert await shown(other, copy.id) == before
    assert part(copy) == part(call)
    assert (copy.arguments, copy.outputs[1:]) == (call.arguments, call.outputs[1:])
