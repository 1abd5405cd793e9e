"""A tab whose thread is at home on another process sees and does what every tab does."""

import asyncio
from contextlib import AsyncExitStack

import pytest
from websockets.exceptions import ConnectionClosed

from backend.domain.events import ItemDelta
from backend.websocket.messages import Ack, Error, Hello, Snapshot
from tests.patience import PATIENCE_S
from tests.peers.nodes import Cluster
from tests.running import ScriptSocket
from tests.scripted import COMPLETED, Gate, ScriptedUpstream, message
from tests.websocket.test_slow_reader import STEP, STEPS, SlowReader, long_answer, read_on


async def asked(socket: ScriptSocket, text: str = "one") -> str:
    """Has a first answer. Returns the thread's id."""
    await socket.say(text, id=text)
    return str((await socket.until_ended(await socket.until(Ack))).thread_id)


def shown(socket: ScriptSocket) -> tuple[object, ...]:
    """The thread as this socket was told of it."""
    known = socket.transcript
    return known.seq, known.present_thread, known.items, known.runs, known.forks


def answering(*texts: str) -> ScriptedUpstream:
    upstream = ScriptedUpstream()
    for text in texts:
        upstream.script([*message(text), COMPLETED])
    return upstream


async def test_a_tab_on_another_process_is_told_the_same_frames(cluster: Cluster) -> None:
    gate, upstream = Gate(0), answering("First.")
    first, *rest = message("a", "b", "c")
    upstream.script([first, *(step for each in rest for step in (gate, each)), COMPLETED])
    async with (
        cluster.node("a", upstream) as home,
        cluster.node("b") as other,
        home.socket() as tab,
    ):
        thread_id = await asked(tab)
        async with other.socket(cookie=other.cookie_of(tab), thread_id=thread_id) as far:
            await far.until(Snapshot)
            assert far.epoch == tab.epoch
            assert shown(far) == shown(tab)
            tab.received.clear()
            far.received.clear()
            await tab.say("two", id="two")
            for _ in rest:
                gate.release()
            await tab.until_run_ends()
            await far.until_run_ends()
    assert [told for told in tab.received if not isinstance(told, Ack)] == far.received
    assert sum(isinstance(told, ItemDelta) for told in far.received) == 3


async def test_what_a_tab_on_another_process_commands_is_done_at_home(cluster: Cluster) -> None:
    async with (
        cluster.node("a", answering("First.", "Second.", "Third.")) as home,
        cluster.node("b") as other,
        home.socket() as tab,
    ):
        thread_id = await asked(tab)
        async with other.socket(cookie=other.cookie_of(tab), thread_id=thread_id) as far:
            await asked(far, "two")
            second = [item.id for item in far.transcript.items if item.type == "user_message"][1]
            await far.send(type="message.edit", id="edit", item_id=second, text="three")
            await far.until_ended(await far.until(Ack))
            await far.send(type="message.edit", id="bad", item_id="item_0", text="x")
            assert (await far.until(Error)).code == "not_found"
            await far.ws.send("no JSON")
            assert (await far.until(Error)).code == "invalid_frame"
        while tab.transcript.seq < far.transcript.seq:
            await tab.next()
    assert shown(tab) == shown(far)
    assert [item.text for item in tab.transcript.items if item.type == "assistant_message"] == [
        "First.",
        "Third.",
    ]


async def test_a_tab_goes_on_where_it_was(cluster: Cluster) -> None:
    async with (
        cluster.node("a", answering("First.", "Second.")) as home,
        cluster.node("b") as other,
        home.socket() as tab,
    ):
        thread_id = await asked(tab)
        cookie = other.cookie_of(tab)
        async with other.socket(cookie=cookie, thread_id=thread_id) as far:
            await far.until(Snapshot)
        await asked(tab, "two")
        async with other.socket(cookie=cookie, thread_id=thread_id, after=far.after) as again:
            again.transcript = far.transcript
            await again.until_run_ends()
    assert not any(isinstance(told, Snapshot) for told in again.received)
    assert shown(again) == shown(tab)


async def test_a_command_that_is_sent_again_elsewhere_is_answered_there(cluster: Cluster) -> None:
    async with (
        cluster.node("a", answering("First.")) as home,
        cluster.node("b") as other,
        home.socket() as tab,
    ):
        thread_id = await asked(tab)
        async with other.socket(cookie=other.cookie_of(tab)) as far:
            await far.until(Hello)
            await far.say("one", id="one")
            ack = await far.until(Ack)
            assert ack.thread_id == thread_id
            while shown(far) != shown(tab):
                await far.next()


async def test_a_deleted_thread_and_that_of_somebody_else_close_the_socket(
    cluster: Cluster,
) -> None:
    async with (
        cluster.node("a", answering("First.")) as home,
        cluster.node("b") as other,
        home.socket() as tab,
    ):
        thread_id = await asked(tab)
        async with other.socket(thread_id=thread_id) as stranger:
            with pytest.raises(ConnectionClosed) as refused:
                await stranger.until(Hello)
        async with other.socket(cookie=other.cookie_of(tab), thread_id=thread_id) as far:
            await far.until(Snapshot)
            async with tab.rest() as http:
                await http.delete(f"/api/threads/{thread_id}")
            with pytest.raises(ConnectionClosed) as closed:
                await far.until(Hello)
    codes = [each.value.rcvd.code for each in (refused, closed) if each.value.rcvd]
    assert codes == [4404, 4404]


async def test_who_stops_reading_elsewhere_is_caught_up_by_a_snapshot(cluster: Cluster) -> None:
    gate, upstream = Gate(0), answering("Now read on.")
    upstream.script(long_answer(gate, ["x" * 16_000] * len(STEP)))
    async with (
        cluster.node("a", upstream, max_answer_chars=100_000_000) as home,
        cluster.node("b") as other,
        home.socket() as fast,
    ):
        thread_id = await asked(fast)
        slow = SlowReader(other.url, other.cookie_of(fast), thread_id)
        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
            group.create_task(slow.connect(other.app))
            await slow.has_snapshot.wait()
            await read_on(fast, gate)
            assert [told.type for told in slow.taken] == ["hello", "snapshot"]
            assert slow.offered == 3
            slow.ends_at = fast.transcript.seq
            slow.may_read.set()
    assert slow.transcript.items == fast.transcript.items
    assert sum(isinstance(told, Snapshot) for told in slow.taken) == 2
    assert len(slow.taken) < STEPS * len(STEP)


async def test_a_socket_goes_on_when_the_home_of_its_thread_moves(cluster: Cluster) -> None:
    async with (
        cluster.node("b", answering("Second.")) as b,
        cluster.node("c", answering("Second.")) as c,
        AsyncExitStack() as tabs,
    ):
        async with cluster.node("a", answering("First.")) as home, home.socket() as first:
            thread_id = await asked(first)
            at_b, at_c = [
                await tabs.enter_async_context(
                    node.socket(cookie=node.cookie_of(first), thread_id=thread_id)
                )
                for node in (b, c)
            ]
            for tab in (at_b, at_c):
                await tab.until(Snapshot)
        for tab in (at_b, at_c):
            assert (await tab.until(Hello)).epoch != first.epoch
            await tab.until(Snapshot)
        assert at_b.epoch == at_c.epoch
        await asked(at_b, "two")
        await at_c.until_run_ends()
    assert shown(at_b) == shown(at_c)
    assert len(at_b.transcript.items) == 4


async def test_a_home_that_was_taken_away_without_a_word_is_asked_no_more(
    cluster: Cluster,
) -> None:
    async with (
        cluster.node("a", answering("First.")) as former,
        cluster.node("b", answering("Second.")) as other,
        former.socket() as tab,
    ):
        thread_id = await asked(tab)
        async with other.socket(cookie=other.cookie_of(tab), thread_id=thread_id) as far:
            await far.until(Snapshot)
            cluster.free_homes()
            assert (await far.until(Hello)).epoch != tab.epoch
            await far.until(Snapshot)
            await asked(tab, "two")
            await far.until_run_ends()
        assert tab.epoch == far.epoch
        assert shown(tab) == shown(far)
