import asyncio

from backend.background import Background
from tests.patience import PATIENCE_S


async def test_work_that_dies_is_started_again_and_its_reason_told_meanwhile() -> None:
    background = Background(first_pause_s=0)
    lives: list[str | None] = []
    alive = asyncio.Event()

    async def work() -> None:
        lives.append(background.problem)
        if len(lives) < 3:
            raise LookupError("A bug.")
        alive.set()
        await asyncio.Event().wait()

    background.start("knowledge", work)
    async with asyncio.timeout(PATIENCE_S):
        await alive.wait()
    assert lives[0] is None
    assert all(problem and "knowledge: LookupError" in problem for problem in lives[1:])
    await background.close()


async def test_work_that_returns_after_it_had_died_is_well() -> None:
    background = Background(first_pause_s=0)
    outcomes = [LookupError("A bug."), None]
    done = asyncio.Event()

    async def work() -> None:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome
        asyncio.get_running_loop().call_soon(done.set)

    background.start("embedding", work)
    async with asyncio.timeout(PATIENCE_S):
        await done.wait()
    assert background.problem is None
    await background.close()
