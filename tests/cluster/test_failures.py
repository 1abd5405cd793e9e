"""What a visitor sees of a process that fails: nothing but a pause."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.cluster.cluster import Cluster, cluster
from tests.postgresql import PostgresqlServer


@pytest_asyncio.fixture
async def two(tmp_path: Path, postgresql: PostgresqlServer) -> AsyncIterator[Cluster]:
    async with cluster(tmp_path, postgresql) as made:
        yield made


async def test_a_killed_process_leaves_an_answer_that_another_one_ends(two: Cluster) -> None:
    home, other = two.nodes
    tab = two.tab(home)
    await tab.say("show me markdown")
    await tab.until(lambda tab: len(tab.text) > 200)
    second = two.tab(other, tab)
    await second.until(lambda tab: len(tab.text) > 300)

    await home.kill()

    await tab.until_ended()
    await second.until_ended()
    assert second.sockets == 1, "the tab of the other process keeps its socket"
    [run] = tab.transcript.runs.values()
    assert run.status == "completed"
    await two.check()


@pytest.mark.thorough
@pytest.mark.parametrize(("name", "status"), [("look", "completed"), ("change", "failed")])
async def test_only_a_function_that_may_be_repeated_is_called_again(
    two: Cluster, name: str, status: str
) -> None:
    home, other = two.nodes
    tab = two.tab(home)
    await tab.say(f"{name} what=all")
    await two.until_called(f"{name} all")
    second = two.tab(other, tab)

    await home.kill()
    if name == "look":
        await two.until_called("look all", "look all")
    two.go_on()

    await tab.until_ended()
    await second.until_ended()
    [run] = tab.transcript.runs.values()
    assert run.status == status
    assert len(two.calls) == (2 if name == "look" else 1)
    await two.check()


@pytest.mark.thorough
async def test_a_message_whose_process_dies_before_it_answers_is_there_once(two: Cluster) -> None:
    home, _ = two.nodes
    tab = two.tab(home)
    await tab.say("show me markdown")
    await tab.until_ended()
    sending = asyncio.create_task(tab.say("What can you do?"))
    await home.kill()
    await sending

    await tab.until_ended(2)
    questions = [item for item in tab.transcript.items if item.type == "user_message"]
    assert len(questions) == 2
    await two.check()


@pytest.mark.thorough
async def test_a_process_that_was_stopped_tells_nothing_more_when_it_wakes(two: Cluster) -> None:
    home, other = two.nodes
    tab = two.tab(home)
    await tab.say("look what=all")
    await two.until_called("look all")
    second = two.tab(other, tab)
    await second.until(lambda tab: tab.transcript.active_run is not None)

    home.signal(signal.SIGSTOP)
    await two.until_called("look all", "look all")
    home.signal(signal.SIGCONT)
    two.go_on()

    await second.until_ended()
    await tab.until_ended()
    for each in (tab, second):
        assert len(each.epochs) == len(set(each.epochs)), "an old tenure was told after the new one"
        assert len(each.finished) <= 1
    await two.check()


@pytest.mark.thorough
@pytest.mark.parametrize("way", ["held", "reset"])
async def test_a_process_cut_from_its_database_falls_silent_and_another_one_goes_on(
    two: Cluster, way: str
) -> None:
    home, other = two.nodes
    tab = two.tab(home)
    await tab.say("look what=all")
    await two.until_called("look all")
    second = two.tab(other, tab)
    await second.until(lambda tab: tab.transcript.active_run is not None)

    if way == "held":
        home.database.hold()
    else:
        home.database.cut()
    await home.until_ready(ready=False)
    await two.until_called("look all", "look all")
    two.go_on()
    await second.until_ended()
    home.database.mend()
    await home.until_ready()

    await tab.until_ended()
    await two.check()


@pytest.mark.thorough
async def test_after_a_restart_of_the_database_runs_go_on(two: Cluster) -> None:
    tabs = [two.tab(node) for node in two.nodes]
    for tab in tabs:
        await tab.say("show me markdown")
        await tab.until(lambda tab: len(tab.text) > 200)

    two.server.control("restart", "-m", "immediate")

    for tab in tabs:
        await tab.until_ended()
        [run] = tab.transcript.runs.values()
        assert run.status == "completed"
    await two.check()


async def test_a_process_that_is_told_to_stop_hands_its_run_over_at_once(two: Cluster) -> None:
    home, other = two.nodes
    tab = two.tab(home)
    await tab.say("look what=all")
    await two.until_called("look all")
    second = two.tab(other, tab)
    await second.until(lambda tab: tab.transcript.active_run is not None)

    assert await home.stop() == 0
    await two.until_called("look all", "look all")
    two.go_on()

    await tab.until_ended()
    await second.until_ended()
    await two.check()


@pytest.mark.thorough
async def test_notifications_that_are_lost_cost_a_second_and_nothing_else(two: Cluster) -> None:
    home, other = two.nodes
    for node in two.nodes:
        node.database.drops_notifications = True
    tab = two.tab(home)
    await tab.say("look what=all")
    await two.until_called("look all")
    second = two.tab(other, tab)
    await second.until(lambda tab: tab.transcript.active_run is not None)

    assert await home.stop() == 0
    await two.until_called("look all", "look all")
    two.go_on()

    await tab.until_ended()
    await second.until_ended()
    assert other.database.dropped > 0
    await two.check()


@pytest.mark.thorough
async def test_a_run_can_be_stopped_from_any_process(two: Cluster) -> None:
    home, other = two.nodes
    tab = two.tab(home)
    await tab.say("change what=all")
    await two.until_called("change all")
    second = two.tab(other, tab)
    await second.until(lambda tab: tab.transcript.active_run is not None)

    run = second.transcript.active_run
    assert run is not None
    await second.send("run.cancel", run_id=run.id)

    await tab.until_ended()
    await second.until_ended()
    assert tab.transcript.runs[run.id].status == "cancelled"
    await two.check()


@pytest.mark.thorough
async def test_eight_processes_that_start_at_once_on_an_empty_database_all_come_up(
    tmp_path: Path, postgresql: PostgresqlServer
) -> None:
    async with cluster(tmp_path, postgresql, nodes=0) as made:
        nodes = [await made.node() for _ in range(8)]
        await asyncio.gather(*(node.start() for node in nodes))
        tabs = [made.tab(node) for node in nodes]
        for tab in tabs:
            await tab.say("What can you do?")
        for tab in tabs:
            await tab.until_ended()
        await made.check()
