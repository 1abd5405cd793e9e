"""A real S3 server for tests, begun when the first of them asks for a bucket: SeaweedFS."""

import json
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.patience import PATIENCE_S
from tests.ports import free_port

KEY = "tests"
SECRET = "not-a-secret-of-anybody"
_WHO = [{"accessKey": KEY, "secretKey": SECRET}]
_IDENTITIES = {"identities": [{"name": "tests", "credentials": _WHO, "actions": ["Admin"]}]}


class ObjectStorageServer:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = {name: free_port() for name in ("master", "volume", "filer", "s3")}
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "identities.json").write_text(json.dumps(_IDENTITIES))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._ports['s3']}"

    def settings(self) -> dict[str, Any]:
        """Returns what a server is told that keeps its files here, in a bucket of its own."""
        return {
            "files_url": f"s3://test-{uuid.uuid4().hex}/some/place",
            "aws_endpoint_url": self.url,
            "aws_region": "us-east-1",
            "aws_access_key_id": KEY,
            "aws_secret_access_key": SECRET,
        }

    def start(self) -> None:
        ports = [f"-{name}.port={port}" for name, port in self._ports.items()]
        grpc = [f"-{name}.port.grpc={free_port()}" for name in self._ports]
        command = [
            *(str(Path(sys.executable).parent / "weed"), "server", f"-dir={self._folder}"),
            *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3", *ports, *grpc),
            f"-s3.config={self._folder / 'identities.json'}",
            # Catalogues of tables, at ports that every server would take.
            *("-s3.port.iceberg=0", "-s3.port.lance=0"),
            *("-master.telemetry=false", "-volume.max=100", "-master.volumeSizeLimitMB=64"),
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + PATIENCE_S
        with httpx2.Client(trust_env=False) as client:
            # A file that is taken, since the parts of the server find each other by and by.
            while not self._takes(client):
                if time.monotonic() > deadline:
                    raise RuntimeError((self._folder / "log").read_text()[-2000:])
                time.sleep(0.05)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _takes(self, client: httpx2.Client) -> bool:
        filer = f"http://127.0.0.1:{self._ports['filer']}/trial"
        try:
            taken = client.post(filer, files={"file": b"x"}).is_success
            return taken and client.get(self.url).status_code < 500
        except httpx2.TransportError:
            return False


@contextmanager
def object_storage_server() -> Iterator[ObjectStorageServer]:
    folder = Path(tempfile.mkdtemp(prefix="runstream-s3-"))
    server = ObjectStorageServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
