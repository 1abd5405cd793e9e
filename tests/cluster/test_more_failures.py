"""What else may fail: the way between processes, a clock, a reader, and a process with much to do."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.cluster.cluster import Cluster, cluster
from tests.cluster.faketime import another_time
from tests.patience import PATIENCE_S
from tests.postgresql import PostgresqlServer

pytestmark = pytest.mark.thorough

MANY = 100
HOUR_S = 3600


@pytest_asyncio.fixture
async def three(tmp_path: Path, postgresql: PostgresqlServer) -> AsyncIterator[Cluster]:
    async with cluster(tmp_path, postgresql, 3) as made:
        yield made


async def test_a_tab_cut_from_the_process_at_work_waits_and_misses_nothing(three: Cluster) -> None:
    home, other, _ = three.nodes
    tab = three.tab(home)
    await tab.say("look what=all")
    await three.until_called("look all")
    second = three.tab(other, tab)
    await second.until(lambda tab: tab.transcript.active_run is not None)

    home.peers.cut()
    three.go_on()
    await tab.until_ended()
    assert second.finished == []
    home.peers.mend()

    await second.until_ended()
    assert second.sockets == 1
    assert three.calls == ["look all"]
    await three.check()


async def test_a_process_that_peers_cannot_reach_keeps_its_run(three: Cluster) -> None:
    home, other, third = three.nodes
    home.peers.hold()
    tab = three.tab(home)
    await tab.say("show me markdown")
    await tab.until(lambda tab: len(tab.text) > 100)
    away = [three.tab(node, tab) for node in (other, third)]

    await tab.until_ended()
    assert len(tab.epochs) == 1
    home.peers.mend()

    for each in away:
        await each.until_ended()
    await three.check()


@pytest.mark.parametrize("shift_s", [HOUR_S, -HOUR_S])
async def test_a_process_whose_clock_is_an_hour_off_keeps_its_homes_and_takes_others(
    tmp_path: Path, postgresql: PostgresqlServer, shift_s: int
) -> None:
    async with cluster(tmp_path, postgresql, 0) as made:
        odd, right = await made.node(**another_time(shift_s)), await made.node()
        await asyncio.gather(odd.start(), right.start())
        first, second = made.tab(odd), made.tab(right)
        for tab in (first, second):
            await tab.say("show me markdown")
            await tab.until(lambda tab: len(tab.text) > 100)
        assert first.transcript.thread is not None
        assert abs(first.transcript.thread.created_at - time.time() - shift_s) < HOUR_S / 2
        await first.until_ended()
        await second.until_ended()
        assert len(first.epochs) == len(second.epochs) == 1

        for number, (dying, tab) in enumerate([(odd, first), (right, second)]):
            await tab.say("show me markdown")
            await tab.until(lambda tab: tab.transcript.active_run is not None)
            await dying.kill()
            await tab.until_ended(2)
            assert [run.status for run in tab.transcript.runs.values()] == ["completed"] * 2
            if number == 0:
                await dying.start()
        await made.check()


async def test_runs_by_the_hundred_go_on_after_their_process_is_killed(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    settings = {"DEMO_DELTAS_PER_S": "0", "MAX_ACTIVE_RUNS": f"{MANY}"}
    async with cluster(tmp_path, postgresql, 0) as made:
        home = await made.node(**settings)
        await home.start()
        tabs = [made.tab(home) for _ in range(MANY)]
        for tab in tabs:
            await tab.say("look what=all")
        async with asyncio.timeout(PATIENCE_S):
            for tab in tabs:
                await tab.until(lambda tab: tab.transcript.active_run is not None)
            await made.until_called(*["look all"] * MANY)
        others = [await made.node(**settings), await made.node(**settings)]
        await asyncio.gather(*(node.start() for node in others))
        made.go_on()

        await home.kill()
        async with asyncio.timeout(PATIENCE_S):
            for tab in tabs:
                await tab.until_ended()

        runs = [run for tab in tabs for run in tab.transcript.runs.values()]
        assert {(run.status, run.error) for run in runs} == {("completed", None)}
        await made.check()


async def test_a_tab_that_does_not_read_for_a_while_on_another_process_misses_nothing(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    async with cluster(tmp_path, postgresql, DEMO_DELTAS_PER_S="0") as made:
        home, other = made.nodes
        tab = made.tab(home)
        await tab.say("What can you do?")
        await tab.until_ended()
        slow = made.tab(other, tab)
        await slow.until_ended()
        slow.pause()
        for number in range(2, 12):
            await tab.say("show me markdown")
            await tab.until_ended(number)
        slow.go_on()

        await slow.until_ended(11)
        assert slow.sockets == 1
        await made.check()


async def test_a_stopped_process_tells_nothing_of_its_tenure_after_the_new_one(
    three: Cluster,
) -> None:
    home, *others = three.nodes
    tab = three.tab(home)
    await tab.say("show me markdown")
    await tab.until(lambda tab: len(tab.text) > 100)
    away = [three.tab(node, tab) for node in others]
    for each in away:
        await each.until(lambda tab: len(tab.text) > 100)

    home.signal(signal.SIGSTOP)
    for each in away:
        await each.until_ended()
    home.signal(signal.SIGCONT)

    await tab.until_ended()
    for each in (tab, *away):
        assert len(each.epochs) == len(set(each.epochs)) == 2
        assert len(each.finished) <= 1
    await three.check()
