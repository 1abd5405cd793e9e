"""REST requests at a process where their thread is not at home are answered as at its home."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from httpx2 import AsyncClient

from backend.domain.events import RunRated, ThreadUpdated
from backend.domain.items import FunctionCall
from backend.websocket.messages import Ack, Hello, Snapshot
from tests.peers.nodes import Cluster
from tests.peers.test_sockets import answering, asked
from tests.running import ScriptSocket
from tests.scripted import COMPLETED, Gate, ScriptedUpstream, message
from tests.waiting.asking import MILK, call_in, decided, parked


@asynccontextmanager
async def elsewhere(
    cluster: Cluster, upstream: ScriptedUpstream
) -> AsyncIterator[tuple[ScriptSocket, AsyncClient]]:
    """Yields a tab at one process, which will be the home of its thread, and REST at another."""
    async with (
        cluster.node("a", upstream) as home,
        cluster.node("b") as other,
        home.socket() as tab,
        other.rest_of(tab) as http,
    ):
        yield tab, http


async def test_a_thread_is_renamed_at_its_home(cluster: Cluster) -> None:
    async with elsewhere(cluster, answering("First.")) as (tab, http):
        path = f"/api/threads/{await asked(tab)}"
        answer = await http.patch(path, json={"title": "A  better name"})
        assert (answer.status_code, answer.json()["title"]) == (200, "A better name")
        assert answer.headers.get_list("content-security-policy", split_commas=False)
        assert (await tab.until(ThreadUpdated)).thread.title == "A better name"
        refused = await http.patch(path, json={"title": 7})
        assert (refused.status_code, refused.json()["error"]["field"]) == (400, "title")
        [listed] = (await http.get("/api/threads")).json()["threads"]
        assert listed["title"] == "A better name"


async def test_a_thread_is_deleted_and_restored_at_its_home(cluster: Cluster) -> None:
    async with elsewhere(cluster, answering("First.", "Second.")) as (tab, http):
        thread_id = await asked(tab)
        assert (await http.delete(f"/api/threads/{thread_id}")).status_code == 204
        await tab.ws.wait_closed()
        assert tab.ws.close_code == 4404
        async with tab.rest() as at_home:
            assert (await at_home.get(f"/api/threads/{thread_id}/items")).status_code == 404
            restored = await http.post(f"/api/threads/{thread_id}/restore")
            assert (restored.status_code, restored.json()["id"]) == (200, thread_id)
            assert (await at_home.get(f"/api/threads/{thread_id}/items")).status_code == 200


async def test_an_answer_is_rated_at_its_home(cluster: Cluster) -> None:
    async with elsewhere(cluster, answering("First.")) as (tab, http):
        thread_id = await asked(tab)
        [run_id] = tab.transcript.runs
        path = f"/api/threads/{thread_id}/runs/{run_id}/feedback"
        assert (await http.put(path, json={"rating": "up", "comment": "Ü"})).status_code == 200
        told = await tab.until(RunRated)
        assert told.feedback is not None
        assert told.feedback.comment == "Ü"


async def test_what_waits_is_decided_on_at_its_home(cluster: Cluster) -> None:
    upstream = ScriptedUpstream()
    async with elsewhere(cluster, upstream) as (tab, http):
        [milk] = await parked(upstream, tab, MILK)
        place = f"/api/threads/{tab.transcript.present_thread.id}/actions"
        [item] = (await http.get(place)).json()["items"]
        assert item["id"] == milk.id
        origin = {"Origin": str(http.base_url).rstrip("/")}
        body = {"item_ids": [milk.id], "decision": "allow"}
        assert (await http.post(place, json=body, headers=origin)).status_code == 200
        await tab.until_idle()
        late = await http.post(place, json=body)
        assert (late.status_code, late.json()["error"]["code"]) == (409, "already_answered")
        assert decided(tab, milk).by == "visitor"
        assert isinstance(call_in(tab, milk), FunctionCall)


async def test_the_list_says_what_runs_at_another_process(cluster: Cluster) -> None:
    gate, upstream = Gate(0), ScriptedUpstream()
    upstream.script([gate, *message("First."), COMPLETED])
    async with elsewhere(cluster, upstream) as (tab, http):
        await tab.say("one")
        ack = await tab.until(Ack)
        [listed] = (await http.get("/api/threads")).json()["threads"]
        assert (listed["active"], listed["waits"]) == (True, False)
        assert (await http.get(f"/api/threads/{ack.thread_id}")).json()["active"] is True
        gate.release()
        await tab.until_run_ends()
        [listed] = (await http.get("/api/threads")).json()["threads"]
        assert listed["active"] is False


async def test_a_request_is_answered_by_whoever_is_at_home_by_then(cluster: Cluster) -> None:
    async with cluster.node("b") as other:
        async with cluster.node("a", answering("First.")) as home, home.socket() as tab:
            path = f"/api/threads/{await asked(tab)}"
            async with other.socket(
                cookie=other.cookie_of(tab), thread_id=path.rpartition("/")[2]
            ) as far:
                await far.until(Snapshot)
        async with other.rest_of(tab) as http:
            answer = await http.patch(path, json={"title": "Mine"})
    assert (answer.status_code, answer.json()["title"]) == (200, "Mine")


async def test_a_change_at_a_process_that_has_lost_the_thread_is_made_at_its_home(
    cluster: Cluster,
) -> None:
    async with (
        cluster.node("a", answering("First.")) as former,
        cluster.node("b") as other,
        former.socket() as tab,
        tab.rest() as http,
    ):
        path = f"/api/threads/{await asked(tab)}"
        thread_id = path.rpartition("/")[2]
        async with other.socket(cookie=other.cookie_of(tab), thread_id=thread_id) as far:
            await far.until(Snapshot)
            cluster.free_homes()
            await far.until(Hello)
            await far.until(Snapshot)
            answer = await http.patch(path, json={"title": "Mine"})
            assert (answer.status_code, answer.json()["title"]) == (200, "Mine")
            assert (await far.until(ThreadUpdated)).thread.title == "Mine"


async def test_what_is_allowed_everywhere_is_allowed_at_every_process(cluster: Cluster) -> None:
    upstreams = ScriptedUpstream(), ScriptedUpstream()
    async with (
        cluster.node("a", upstreams[0]) as a,
        cluster.node("b", upstreams[1]) as b,
        a.socket() as tab,
        b.socket(cookie=b.cookie_of(tab)) as other,
    ):
        [milk] = await parked(upstreams[0], tab, MILK)
        await parked(upstreams[1], other, MILK)
        await tab.send(
            type="action.resolve",
            id="always",
            item_ids=[milk.id],
            decision="allow",
            scope="everywhere",
        )
        await tab.until_idle()
        await other.until_idle()
        assert [run.status for run in other.transcript.runs.values()] == ["completed"]
