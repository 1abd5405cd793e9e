"""A real nginx in front of the server, with TLS and a path, for tests."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.patience import PATIENCE_S
from tests.ports import free_port

_CONFIGURATION = """
pid nginx.pid;
error_log stderr;
events {{}}
http {{
  access_log access.log;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate certificate.pem;
    ssl_certificate_key key.pem;
    location {root}/ {{
      proxy_pass {behind};
      proxy_http_version 1.1;
      proxy_buffering off;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }}
  }}
}}
"""


def executable() -> str:
    """Raises where there is none, since a test that skips shows nothing: `.ci/nginx.sh` installs it."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    found = shutil.which(os.environ.get("NGINX", "nginx"), path=path)
    if found is None:
        raise RuntimeError("There is no nginx. Run .ci/nginx.sh, or name one: NGINX=/path/to/nginx")
    return found


@asynccontextmanager
async def nginx(folder: Path, behind: str, root: str, *, strips: bool) -> AsyncIterator[int]:
    """Yields the port of an nginx that serves `behind` under `root`, its access log in `folder`."""
    folder.mkdir()
    await _run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", "/CN=plain.test", "-keyout", "key.pem", "-out", "certificate.pem"),
        folder=folder,
    )
    port = free_port()
    configuration = _CONFIGURATION.format(
        port=port, root=root, behind=behind + ("/" if strips else "")
    )
    (folder / "nginx.conf").write_text(configuration)
    command = (executable(), "-p", str(folder), "-c", "nginx.conf", "-g", "daemon off;")
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL)
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await _listens(port):
                if process.returncode is not None:
                    raise RuntimeError(f"nginx did not start: {configuration}")
        yield port
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        await asyncio.sleep(0.05)
        return False
    writer.close()
    return True


async def _run(*command: str, folder: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=folder,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert await process.wait() == 0
