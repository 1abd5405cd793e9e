"""Only another process with our key comes in by the door between processes, as its own visitor."""

import pytest
from httpx2 import AsyncClient
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from backend.domain.ids import OwnerId
from backend.peers.passport import NONCE, NONCE_S, PASSPORT, Nonces, Passport, Seal
from tests.peers.nodes import KEY, Cluster
from tests.peers.test_sockets import answering, asked
from tests.rest import rest

OWNER = OwnerId("owner_" + "0" * 24)


def passport(nonce: str, target: str, method: str = "GET", owner: OwnerId = OWNER) -> Passport:
    return Passport(nonce=nonce, method=method, target=target, owner=owner, client=None)


async def given_out(peer: AsyncClient) -> str:
    return (await peer.get("/internal/api/threads")).headers[NONCE]


async def test_who_has_our_key_comes_in_and_nobody_else(cluster: Cluster) -> None:
    seal, other_seal = Seal(KEY.encode), Seal(lambda: b"x" * 64)
    target = "/internal/api/threads?limit=1"
    async with cluster.node("a") as node, rest(node.peer_url) as peer:
        nonce = await given_out(peer)
        right = passport(nonce, target)

        async def status(signed: str, method: str = "GET", path: str = target) -> int:
            return (await peer.request(method, path, headers={PASSPORT: signed})).status_code

        assert await status(seal.sign(right)) == 200
        assert await status("") == 401
        assert await status(other_seal.sign(right)) == 401
        assert await status(seal.sign(passport("0" * 32, target))) == 401
        assert await status(seal.sign(right), path="/internal/api/threads?limit=2") == 401
        assert await status(seal.sign(right), path="/api/threads?limit=1") == 401
        assert await status(seal.sign(right), method="DELETE") == 401
        assert (await peer.get(target)).status_code == 401
        stranger = seal.sign(right).replace(OWNER, "owner_" + "1" * 24)
        assert await status(stranger) == 401
        twice = [(PASSPORT, seal.sign(right))] * 2
        assert (await peer.get(target, headers=twice)).status_code == 401


async def test_a_visitor_sees_no_more_by_that_door(cluster: Cluster) -> None:
    seal = Seal(KEY.encode)
    async with (
        cluster.node("a", answering("First.")) as node,
        node.socket() as tab,
        rest(node.peer_url) as peer,
    ):
        target = f"/internal/api/threads/{await asked(tab)}/items"
        signed = seal.sign(passport(await given_out(peer), target))
        assert (await peer.get(target, headers={PASSPORT: signed})).status_code == 404


async def test_what_was_passed_on_is_not_passed_on_once_more(cluster: Cluster) -> None:
    seal = Seal(KEY.encode)
    async with (
        cluster.node("a", answering("First.")) as home,
        cluster.node("b") as other,
        home.socket() as tab,
        rest(other.peer_url) as peer,
    ):
        thread_id = await asked(tab)
        owner = OwnerId(tab.cookie.partition("=")[2].partition(".")[0])
        target = f"/internal/api/threads/{thread_id}/items"
        signed = seal.sign(passport(await given_out(peer), target, owner=owner))
        answer = await peer.get(target, headers={PASSPORT: signed})
        assert (answer.status_code, answer.json()["error"]["code"]) == (503, "elsewhere")


async def test_sockets_need_a_passport_as_well(cluster: Cluster) -> None:
    async with cluster.node("a") as node:
        for address in (f"ws{node.peer_url[4:]}/internal/ws", f"ws{node.peer_url[4:]}/ws"):
            with pytest.raises(InvalidStatus) as refused:
                await connect(address, proxy=None)
            assert refused.value.response.status_code == 401


async def test_nothing_of_it_is_on_the_public_port(cluster: Cluster) -> None:
    seal = Seal(KEY.encode)
    async with cluster.node("a") as node, rest(node.peer_url) as peer, rest(node.url) as public:
        nonce = await given_out(peer)
        for target in ("/internal/api/threads", "/api/threads"):
            headers = {PASSPORT: seal.sign(passport(nonce, target))}
            answer = await public.get(target, headers=headers)
            assert answer.status_code == 404 or answer.json()["threads"] == []
            assert NONCE not in answer.headers
        with pytest.raises(InvalidStatus):
            await connect(f"ws{node.url[4:]}/internal/ws", proxy=None)


async def test_a_passport_is_not_for_another_process_nor_for_the_next_one(
    cluster: Cluster,
) -> None:
    seal, target = Seal(KEY.encode), "/internal/api/threads"
    async with cluster.node("a") as node, rest(node.peer_url) as peer:
        signed = seal.sign(passport(await given_out(peer), target))
    async with cluster.node("a") as node, rest(node.peer_url) as peer:
        late = await peer.get(target, headers={PASSPORT: signed})
    assert late.status_code == 401


def test_a_number_is_taken_for_a_minute_at_most() -> None:
    now = [0.0]
    nonces = Nonces(lambda: now[0])
    first = nonces.current
    now[0] = NONCE_S - 1
    assert nonces.current == first
    now[0] = NONCE_S
    second = nonces.current
    assert second != first
    assert nonces.takes(first)
    assert nonces.takes(second)
    assert not nonces.takes("")
    now[0] = 2 * NONCE_S
    assert not nonces.takes(first)
    assert nonces.takes(second)
    now[0] = 10 * NONCE_S
    assert not nonces.takes(second)
