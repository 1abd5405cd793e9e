"""`make cluster`: three processes, PostgreSQL, object storage and nginx here, under one address.

The same as compose.yaml without containers. What it stores is gone when it ends.
"""

import asyncio
import contextlib
import os
import signal
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

import psutil
import psycopg

from tests.nginx import executable
from tests.object_storage import object_storage_server
from tests.paths import ROOT
from tests.patience import PATIENCE_S
from tests.ports import free_port
from tests.postgresql import postgresql_server

PROCESSES = 3

_NGINX = """
pid nginx.pid;
error_log stderr;
events {}
http {
  access_log access.log;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  include site.conf;
}
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    url: str
    database: str
    servers: list[asyncio.subprocess.Process]
    """Those of `ports`, in this order."""
    ports: list[int]

    def home(self, thread_id: str) -> asyncio.subprocess.Process:
        """Returns the process that works on a chat."""
        with psycopg.connect(self.database) as connection:
            query = (
                "SELECT nodes.address FROM homes JOIN nodes ON nodes.id = homes.node_id"
                " WHERE homes.thread_id = %s"
            )
            [address] = connection.execute(query, (thread_id,)).fetchone() or [""]
        port = urlsplit(address).port
        return next(server for server in self.servers if port in _listens_on(server.pid))


@asynccontextmanager
async def cluster(port: int = 0, **settings: str) -> AsyncIterator[Cluster]:
    """All of it, in a folder that is removed, at a port that is free where none is named."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(postgresql_server()).new_database()
        storage = stack.enter_context(object_storage_server()).settings()
        ports = [free_port() for _ in range(PROCESSES)]
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "DATABASE_URL": database,
            **{name.upper(): value for name, value in storage.items()},
            **settings,
        }
        servers = [await _server(folder / f"server-{each}", each, env) for each in ports]
        port = port or free_port()
        try:
            for each, server in zip(ports, servers, strict=True):
                await _listening(each, server)
            servers.append(await _nginx(folder / "nginx", port, ports))
            await _listening(port, servers[-1])
            yield Cluster(f"http://127.0.0.1:{port}", database, servers[:PROCESSES], ports)
        finally:
            for server in reversed(servers):
                with contextlib.suppress(ProcessLookupError):
                    server.terminate()
            await asyncio.gather(*(server.wait() for server in servers))


def _listens_on(pid: int) -> set[int]:
    found = psutil.Process(pid).net_connections("tcp")
    return {each.laddr.port for each in found if each.status == psutil.CONN_LISTEN}


async def _server(folder: Path, port: int, env: dict[str, str]) -> asyncio.subprocess.Process:
    folder.mkdir()
    command = (sys.executable, "-m", "backend", "--port", str(port))
    # A group of its own: Ctrl+C ends it by us, after nginx.
    return await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=env, stdout=asyncio.subprocess.DEVNULL, start_new_session=True
    )


async def _nginx(folder: Path, port: int, ports: list[int]) -> asyncio.subprocess.Process:
    folder.mkdir()
    site = Template((ROOT / ".deploy" / "nginx.conf.template").read_text())
    servers = [f"server 127.0.0.1:{each} max_fails=1 fail_timeout=2s;" for each in ports]
    # It has variables of its own, which stay.
    (folder / "site.conf").write_text(
        site.safe_substitute(LISTEN=f"127.0.0.1:{port}", SERVERS="\n  ".join(servers))
    )
    (folder / "nginx.conf").write_text(_NGINX)
    command = (executable(), "-p", str(folder), "-c", "nginx.conf", "-g", "daemon off;")
    return await asyncio.create_subprocess_exec(
        *command, stderr=asyncio.subprocess.DEVNULL, start_new_session=True
    )


async def _listening(port: int, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if process.returncode is not None:
                raise RuntimeError(f"What should listen on port {port} has ended.")
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


async def main() -> None:
    parser = ArgumentParser(prog="make cluster", description=__doc__)
    parser.add_argument("--port", type=int, default=8080)
    port = parser.parse_args().port
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with cluster(port) as running:
        print(f"All processes  {running.url}")
        for server, each in zip(running.servers, running.ports, strict=True):
            print(f"One of them    http://127.0.0.1:{each}, ended by: kill -9 {server.pid}")
        print("Ctrl+C ends all, and what was stored is gone.", flush=True)
        await stop.wait()


if __name__ == "__main__":
    asyncio.run(main())
