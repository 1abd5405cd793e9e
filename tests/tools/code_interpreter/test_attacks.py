"""Hostile code: each attack is stopped and reported to the model, and the server keeps answering."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from backend.tools.code_interpreter.guest.frames import PREFIX
from tests.patience import PATIENCE_S
from tests.rest import rest
from tests.tools.code_interpreter.interpreter import Chat, Interpreter, Told, interpreter

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("attacks"),
]

SECRET = "sk-secret-of-the-server"
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")


@dataclass
class House:
    """A server with a secret, its interpreter, and a client that checks that it answers."""

    folder: Path
    interpreter: Interpreter
    chat: Chat

    @property
    def port(self) -> int:
        return int(self.interpreter.server.url.rsplit(":", 1)[1])

    async def attack(self, code: str) -> Told:
        """Run the code. The thread must work afterwards, and the server throughout."""
        async with self._answering():
            told = await self.chat.run(code)
            after = await self.chat.run("print(6 * 7)")
        assert after.output.endswith("42")
        assert SECRET not in told.output + told.logs
        return told

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        """Request `/healthz` repeatedly during the block."""

        async def ask() -> None:
            url = self.interpreter.server.url
            async with rest(url) as http:
                while True:
                    assert (await http.get("/healthz")).status_code == 200
                    await asyncio.sleep(0.02)

        asking = asyncio.create_task(ask())
        try:
            yield
        finally:
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with _house(tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def hasty_house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """With short limits of time, for attacks that only these end."""
    limits = {"code_interpreter_timeout_s": 5.0, "code_interpreter_cpu_s": 1.0}
    async with _house(tmp_path_factory.mktemp("hasty"), **limits) as house:
        yield house


@asynccontextmanager
async def _house(folder: Path, **limits: float) -> AsyncIterator[House]:
    (folder / ".env").write_text(f"OPENAI_API_KEY={SECRET}\n")
    async with interpreter(folder, **limits) as ready, ready.chat() as chat:
        yield House(folder, ready, chat)


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "/etc/shadow", "/proc/1/environ", "/proc/self/mem"]
)
async def test_files_of_the_system_are_not_there(house: House, name: str) -> None:
    told = await house.attack(f"open({name!r}).read()")
    assert "FileNotFoundError" in told.output
    assert told.item.status == "failed"


async def test_the_servers_files_are_not_there(house: House) -> None:
    env = house.folder / ".env"
    assert SECRET in env.read_text()
    told = await house.attack(f"open({str(env)!r}).read()")
    assert "FileNotFoundError" in told.output

    code = (
        "import os\nprint(sorted(os.listdir('/')), [w[0] for w in os.walk('/') if 'data' in w[2]])"
    )
    seen = (await house.attack(code)).output
    assert house.folder.name not in seen
    assert "'etc'" not in seen
    assert "'home'" not in seen
    assert "'proc'" not in seen
    assert "'root'" not in seen


async def test_nothing_but_the_folder_can_be_written(house: House) -> None:
    code = """
import os
for path in ("/x", "/usr/lib/x", "/packages/x", "/python/lib/x", "/sandbox/guest/x", "/dev/x"):
    try:
        open(path, "w")
    except OSError as error:
        print(error.strerror)
"""
    told = await house.attack(code)
    assert told.output.split("\n") == ["Read-only file system"] * 6


async def test_the_devices_of_the_machine_keep_their_modes_times_and_attributes(
    house: House,
) -> None:
    before = {path: _status(path) for path in DEVICES}
    code = f"""
import ctypes, os
libc = ctypes.CDLL(None)
for path in {DEVICES}:
    name, fd = path.encode(), os.open(path, os.O_RDONLY)
    for attempt in (
        lambda: os.chmod(path, 0o644),
        lambda: os.fchmod(fd, 0o644),
        lambda: os.chown(path, 65534, 65534),
        lambda: os.fchown(fd, 65534, 65534),
        lambda: os.utime(path, (1, 1)),
        lambda: os.utime(fd, (1, 1)),
        lambda: os.setxattr(path, "user.x", b"x"),
        lambda: os.setxattr(fd, "user.x", b"x"),
        lambda: libc.chmod(name, 0o644),
        lambda: libc.fchmodat(-100, name, 0o644, 0),
        lambda: libc.utimes(name, ctypes.create_string_buffer(32)),
        lambda: libc.futimesat(-100, name, ctypes.create_string_buffer(32)),
    ):
        try:
            attempt()
        except OSError:
            pass
"""
    told = await house.attack(code)
    assert told.item.status == "completed", told.output
    assert {path: _status(path) for path in DEVICES} == before


async def test_files_can_be_copied_with_their_modes_and_times(house: House) -> None:
    code = """
import os, shutil
open("a.txt", "w").write("a")
os.chmod("a.txt", 0o644)
shutil.copy("a.txt", "b.txt")
shutil.copy2("a.txt", "c.txt")
print(open("b.txt").read() + open("c.txt").read())
"""
    assert (await house.attack(code)).output.startswith("aa")


async def test_the_servers_environment_is_not_seen(house: House) -> None:
    told = await house.attack("import os\nprint(*os.environ)")
    names = [name for name in told.output.split() if not name.startswith(("MPL", "O"))]
    assert set(names) <= {"HOME", "LANG", "LC_CTYPE", "LD_LIBRARY_PATH", "PWD"}


async def test_no_connection_can_be_made(house: House) -> None:
    """Neither to the server nor to the upstream, by any address family."""
    code = f"""
import socket, urllib.request
def own(): socket.create_connection(("127.0.0.1", {house.port}), 1)
def upstream(): urllib.request.urlopen("https://api.openai.com/v1/models", timeout=1)
def raw(): socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)
def netlink(): socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)
def unix(): socket.socket(socket.AF_UNIX).connect("/run/dbus/system_bus_socket")
for attempt in (own, upstream, raw, netlink, unix):
    try:
        attempt()
        print(attempt.__name__, "came through")
    except OSError as error:
        print("refused")
"""
    told = await house.attack(code)
    assert told.output.split("\n") == ["refused"] * 5


async def test_a_fork_bomb_does_not_fork(house: House) -> None:
    before = len(psutil.pids())
    told = await house.attack("import os\nwhile True:\n    os.fork()")
    assert "PermissionError" in told.output
    assert len(psutil.pids()) < before + 50


async def test_no_other_program_can_be_run(house: House) -> None:
    code = """
import ctypes, os, subprocess
libc = ctypes.CDLL(None, use_errno=True)
def run(): subprocess.run(["/python/bin/python3"])
def replace(): os.execv("/usr/lib/ld-linux.so.2", ["x"])
def spawn(): os.posix_spawn("/usr/lib/x", ["x"], {})
for attempt in (run, replace, spawn):
    try:
        attempt()
        print("ran")
    except PermissionError:
        print("refused")
for number in (435, 319, 272, 101, 425):  # clone3, memfd_create, unshare, ptrace, io_uring_setup
    print(libc.syscall(number, 0, 0, 0, 0, 0) < 0)
"""
    told = await house.attack(code)
    assert told.output.split("\n") == ["refused"] * 3 + ["True"] * 5


async def test_a_flood_of_threads_is_ended(house: House) -> None:
    code = """
import threading, time
threading.stack_size(32_768)
while True:
    threading.Thread(target=time.sleep, args=(1_000,)).start()
"""
    told = await house.attack(code)
    # The kernel limits threads except for root, whose threads the server counts.
    assert "threads" in told.output or "can't start new thread" in told.output


async def test_more_threads_than_allowed_do_not_stay(house: House) -> None:
    """The cell ends before the server looks at its threads."""
    told = await house.attack("""
import threading
threading.stack_size(32_768)
for _ in range(100):
    threading.Thread(target=threading.Event().wait, daemon=True).start()
""")
    assert "threads" in told.output or "can't start new thread" in told.output


async def test_eight_gigabytes_are_refused(house: House) -> None:
    told = await house.attack("data = bytearray(8 * 1024**3)")
    assert told.output.endswith("MemoryError")


async def test_sockets_do_not_keep_memory_beyond_the_limit(house: House) -> None:
    code = """
import socket
kept = 0
pairs = []
try:
    while kept < 2**28:
        pairs.append(socket.socketpair())
        for end in pairs[-1]:
            end.setblocking(False)
            for option in (socket.SO_SNDBUF, socket.SO_RCVBUF, 32, 33):
                try:
                    end.setsockopt(socket.SOL_SOCKET, option, 2**30)
                except OSError:
                    pass
            try:
                while kept < 2**28:
                    kept += end.send(bytes(2**16))
            except OSError:
                pass
except OSError:
    pass
print(kept)
del pairs, end  # The next cells need descriptors, too.
"""
    told = await house.attack(code)
    assert int(told.output) < 32 * 2**20


async def test_ten_gigabytes_do_not_fit_into_the_folder(house: House) -> None:
    code = """
with open("big", "wb") as file:
    for _ in range(10 * 1024):
        file.write(bytes(1024**2))
"""
    told = await house.attack(code)
    assert "OSError" in told.output
    assert [file.name for file in told.files] == ["big"]
    assert (told.files[0].size or 0) <= 32 * 1024**2


async def test_a_flood_of_files_is_ended(house: House) -> None:
    told = await house.attack("n = 0\nwhile True:\n    open(f'f{n}', 'w').close()\n    n += 1")
    assert "more than 5,000 files" in told.output
    assert "All variables are lost" in told.output


async def test_an_infinite_loop_is_interrupted_and_variables_stay(hasty_house: House) -> None:
    async with hasty_house.interpreter.chat() as chat:
        told = await chat.run("x = 1\nwhile True:\n    x += 1")
        # On a busy machine the time limit may be reached first.
        assert re.search(r"\[The code was stopped: it (used 1 s|took longer than 5 s)", told.output)
        assert told.output.endswith("KeyboardInterrupt")
        assert told.item.status == "failed"
        assert int((await chat.run("x")).output) > 1


async def test_processor_time_is_limited_too(tmp_path: Path) -> None:
    limits = {"code_interpreter_cpu_s": 0.3}
    async with interpreter(tmp_path, **limits) as ready, ready.chat() as chat:
        told = await chat.run("while True:\n    pass")
    assert "The code was stopped: it used 0.3 s of processor time." in told.output


async def test_waiting_for_ever_is_interrupted_too(hasty_house: House) -> None:
    told = await hasty_house.attack("import time\ntime.sleep(1_000)")
    assert "The code was stopped: it took longer than 5 s." in told.output


async def test_code_that_ignores_its_interruption_is_killed(hasty_house: House) -> None:
    async with hasty_house.interpreter.chat() as chat:
        told = await chat.run("""
kept = 1
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""")
        assert "All variables are lost; files are kept." in told.output
        after = await chat.run("kept")
    assert after.output.startswith("[This is a new session: variables of earlier calls are lost")
    assert "NameError" in after.output


async def test_code_that_ends_its_process_when_interrupted_is_told_so(hasty_house: House) -> None:
    told = await hasty_house.attack("""
import os, signal, time
signal.signal(signal.SIGINT, lambda *_: os._exit(1))
time.sleep(1_000)
""")
    assert "it took longer than 5 s. All variables are lost" in told.output


async def test_a_hundred_thousand_lines_are_cut_in_the_middle(house: House) -> None:
    told = await house.attack("for n in range(100_000):\n    print('line', n)")
    assert told.output.startswith("line 0\nline 1\n")
    assert "characters are left out here" in told.output
    assert len(told.output) < 70_000
    assert len(told.logs) < 70_000


async def test_a_link_out_of_the_folder_leads_nowhere(house: House) -> None:
    env = house.folder / ".env"
    told = await house.attack(f"""
import os
os.symlink({str(env)!r}, "env.txt")
os.symlink("/etc/passwd", "passwd.txt")
open("passwd.txt").read()
""")
    assert "FileNotFoundError" in told.output
    assert told.files == []


async def test_nothing_left_behind_goes_on(house: House) -> None:
    """No process can be started, and threads are suspended until the next call."""
    async with house.interpreter.chat() as chat:
        told = await chat.run("""
import subprocess, threading
turns = 0
def turn():
    global turns
    while True:
        turns += 1
threading.Thread(target=turn, daemon=True).start()
try:
    subprocess.Popen(["sleep", "1000"])
except PermissionError:
    print("refused")
""")
        assert told.output == "refused"
        process = max(_sandboxed(), key=psutil.Process.num_threads)
        # The signal is sent, but a busy machine may take a moment to stop each thread.
        async with asyncio.timeout(PATIENCE_S):
            while process.status() != psutil.STATUS_STOPPED:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert int((await chat.run("turns")).output) > 0


async def test_killing_the_parent_kills_nobody(house: House) -> None:
    told = await house.attack("""
import os, signal
for pid in (os.getppid(), 1, 0, -1):
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        pass
print("alive")
""")
    assert told.output in ("alive", "") or "variables are lost" in told.output


async def test_code_that_ends_its_process_is_told_so(house: House) -> None:
    told = await house.attack("import os\nos._exit(7)")
    assert "it ended its own process (status 7). All variables are lost" in told.output
    told = await house.attack("import ctypes\nctypes.string_at(0)")
    assert "it ended its own process" in told.output


def frame(body: bytes, payload: int = 0) -> bytes:
    return PREFIX.pack(len(body), payload) + body


@pytest.mark.parametrize(
    "forged",
    [
        b"\xff" * 100,
        frame(b'{"kind": "file"}', payload=2**31),
        frame(b'{"kind": "done", "number": 99}'),
        frame(b'{"kind": "ready"}'),
    ],
    ids=["noise", "2 GiB", "another cell's end", "wrong time"],
)
async def test_a_forged_answer_ends_the_session(house: House, forged: bytes) -> None:
    """The code writes to every descriptor, since it can find out which one carries the answers."""
    told = await house.attack(f"""
import os, time
for fd in range(3, 4096):
    try:
        os.write(fd, {forged!r})
    except OSError:
        pass
time.sleep(60)
""")
    assert "it meddled with its session" in told.output


async def test_two_threads_do_not_see_each_others_files_or_variables(house: House) -> None:
    async with house.interpreter.chat() as ada, house.interpreter.chat() as bob:
        await ada.run("open('hers.txt', 'w').write('private')\nhers = 1")
        seen = await bob.run("import os\nprint(os.listdir('.'), 'hers' in globals())")
        assert seen.output == "[] False"
        assert (await ada.run("open('hers.txt').read()")).output == "'private'"


def _status(path: str) -> tuple[int, int, int, int, list[str]]:
    status = Path(path).stat()
    attributes = os.listxattr(path)
    return status.st_mode, status.st_uid, status.st_gid, status.st_mtime_ns, attributes


def _sandboxed() -> list[psutil.Process]:
    """Returns the processes of sandboxes."""
    children = psutil.Process().children(recursive=True)
    return [child for child in children if "guest.worker" in " ".join(child.cmdline())]
