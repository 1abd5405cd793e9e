import os
import signal
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from backend.config import dotenv, env_text
from backend.domain.errors import InvalidRequest, SettingsFileError
from tests.patience import PATIENCE_S

LINE_TEXT = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"], include_characters="\t"),
    max_size=40,
)
TRICKY = st.text(st.sampled_from("'\"\\#$ {}=`!\taXé漢🙂"), max_size=12)
ANY_VALUE = LINE_TEXT | TRICKY
NAMES = st.sampled_from(["OPENAI_API_KEY", "MODEL", "UPSTREAM", "openai_api_key", "OTHER"])
ANY_FILE = st.lists(
    st.text(st.sampled_from("ABab_='\"\\#$ \n\r\texport"), max_size=20)
    | st.sampled_from(
        [
            "# a comment\n",
            "\n",
            "MODEL=gpt\r\n",
            "export MODEL='x' # which\n",
            'OTHER="two\nlines"\n',
            "BARE\n",
            "MODEL = spaced  # why\n",
            "OPENAI_API_KEY=\n",
        ]
    ),
    max_size=8,
).map("".join)


@pytest.fixture
def env(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@given(value=ANY_VALUE)
def test_any_line_of_text_is_read_as_it_was_written(value: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, ".env")
        dotenv.update(path, {"MODEL": value})
        assert dotenv.read(path) == {"MODEL": value}
        assert dotenv_values(path, interpolate=False) == {"MODEL": value}
        assert path.read_bytes().count(b"\n") == 1


@given(text=ANY_FILE, changes=st.dictionaries(NAMES, ANY_VALUE | st.none(), max_size=3))
def test_an_edit_changes_what_was_asked_and_nothing_else(
    text: str, changes: dict[str, str | None]
) -> None:
    changes = {name.upper(): value for name, value in changes.items()}
    result = env_text.edited(text, changes)
    if result is None:
        assert env_text.broken_lines(text)
        return
    before, after = env_text.values(text), env_text.values(result)
    for name, value in changes.items():
        assert after.pop(name, None) == value
        before.pop(name, None)
    assert after == before
    assert env_text.edited(result, changes) == result


@given(
    above=st.lists(LINE_TEXT.map(lambda text: f"# {text}"), max_size=3),
    below=st.lists(LINE_TEXT.map(lambda text: f"# {text}"), max_size=3),
    old=st.sampled_from(["gpt", "'gpt'", '"gpt"', "", "'two\nlines'"]),
    export=st.sampled_from(["", "export "]),
    newline=st.sampled_from(["\n", "\r\n"]),
    value=ANY_VALUE,
)
def test_other_lines_stay_byte_by_byte(
    above: list[str], below: list[str], old: str, export: str, newline: str, value: str
) -> None:
    line = f"{export}MODEL={old} # which one"
    text = newline.join([*above, line, *below, "LAST=1"])
    result = env_text.edited(text, {"MODEL": value})
    assert result is not None
    head, tail = newline.join([*above, export]), newline.join([" # which one", *below, "LAST=1"])
    assert result.startswith(head)
    assert result.endswith(tail)
    assert env_text.values(result) == {"MODEL": value, "LAST": "1"}


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("", "gpt-5", "MODEL=gpt-5\n"),
        ("A=1", "gpt-5", "A=1\nMODEL=gpt-5\n"),
        ("A=1\r\n", "gpt-5", "A=1\r\nMODEL=gpt-5\r\n"),
        ("# c\nMODEL=a # why\nA=1\n", "b", "# c\nMODEL=b # why\nA=1\n"),
        ("MODEL= # none yet\n", "b", "MODEL=b # none yet\n"),
        ("MODEL=#odd\n", "b", "MODEL=b\n"),
        ("MODEL\n", "b", "MODEL=b\n"),
        ("MODEL = a\n", "b c", "MODEL = 'b c'\n"),
        ("export MODEL='a'\n", "b", "export MODEL='b'\n"),
        ('MODEL="a"\n', "b", 'MODEL="b"\n'),
        ('MODEL="a"\n', "b$HOME", "MODEL='b$HOME'\n"),
        ("MODEL='a'\n", "it's", 'MODEL="it\'s"\n'),
        ("MODEL='a\nb'\nA=1\n", "c", "MODEL='c'\nA=1\n"),
        ("MODEL=a\nA=1\nMODEL=b\n", "c", "A=1\nMODEL=c\n"),
        ("model=a\n", "c", "model=c\n"),
        ("\ufeffMODEL=a\n", "c", "\ufeffMODEL=c\n"),
        ("?? not a line ??\nMODEL=a\n", "c", "?? not a line ??\nMODEL=c\n"),
        ("# c\n\nMODEL=a # why\nA=1\n", None, "# c\n\n# why\nA=1\n"),
        ("A=1\nexport MODEL='a'\nmodel=b", None, "A=1\n"),
        ("A=1\n", None, "A=1\n"),
        ("BAD='never closed\n", "x y", 'BAD=\'never closed\nMODEL="x y"\n'),
    ],
)
def test_style_comments_and_order_are_kept(before: str, value: str | None, after: str) -> None:
    assert env_text.edited(before, {"MODEL": value}) == after


@pytest.mark.parametrize("end", ["\n", "\r", "\0", "\x0b", "\x85", "\u2028", "\udc80"])
def test_a_value_cannot_smuggle_in_a_line(env: Path, end: str) -> None:
    env.write_text("A=1\n")
    with pytest.raises(InvalidRequest) as refused:
        dotenv.update(env, {"MODEL": f"x{end}ACCESS_TOKEN=mine"})
    assert refused.value.field == "MODEL"
    assert "mine" not in refused.value.message
    assert env.read_text() == "A=1\n"


def test_a_name_cannot_smuggle_in_a_line(env: Path) -> None:
    with pytest.raises(ValueError):
        dotenv.update(env, {"MODEL=x\nA": "1"})
    assert not env.exists()


def test_what_is_read_is_not_interpolated(env: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHO", "me")
    env.write_text('MODEL="${WHO}"\n')
    assert dotenv.read(env) == {"MODEL": "${WHO}"}


def test_of_several_assignments_the_last_counts_whatever_its_case(env: Path) -> None:
    env.write_text("MODEL=a\nmodel=b\nMODEL=c\nmodel=d\n")
    assert dotenv.read(env) == {"MODEL": "d"}


def test_the_file_is_private_before_and_after(env: Path) -> None:
    dotenv.update(env, {"MODEL": "a"})
    assert mode(env) == 0o600
    env.chmod(0o664)
    dotenv.update(env, {})
    assert mode(env) == 0o600


def test_nothing_but_the_file_is_left(env: Path) -> None:
    dotenv.update(env, {"OPENAI_API_KEY": "sk-one"})
    dotenv.update(env, {"OPENAI_API_KEY": "sk-two"})
    assert [path.name for path in env.parent.iterdir()] == [".env"]
    assert "sk-one" not in env.read_text()


def test_removing_from_a_missing_file_makes_none(env: Path) -> None:
    dotenv.update(env, {"MODEL": None})
    assert list(env.parent.iterdir()) == []


def test_a_symbolic_link_stays_one(env: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "settings"
    target.parent.mkdir()
    env.symlink_to(target)
    dotenv.update(env, {"MODEL": "a"})
    dotenv.update(env, {"MODEL": "b"})
    assert env.is_symlink()
    assert target.read_text() == "MODEL=b\n"
    assert mode(target) == 0o600


def test_bytes_that_are_not_utf8_survive(env: Path) -> None:
    env.write_bytes(b"# caf\xe9\nMODEL=a\n")
    dotenv.update(env, {"MODEL": "b"})
    assert env.read_bytes() == b"# caf\xe9\nMODEL=b\n"


def test_a_broken_line_is_named_by_its_number_alone(
    env: Path, caplog: pytest.LogCaptureFixture
) -> None:
    env.write_text("A=1\n\n'sk-pasted-here\n")
    assert dotenv.read(env) == {"A": "1"}
    assert "line 3" in caplog.text
    assert "sk-pasted-here" not in caplog.text


def test_a_quote_that_swallows_everything_is_not_made_worse(env: Path) -> None:
    text = "A='open\nB=\"open too\n"
    env.write_text(text)
    with pytest.raises(SettingsFileError, match="line 1, 2"):
        dotenv.update(env, {"MODEL": 'it\'s "both"'})
    assert env.read_text() == text
    assert [path.name for path in env.parent.iterdir()] == [".env"]


def test_a_folder_named_env_is_explained(env: Path) -> None:
    env.mkdir()
    with pytest.raises(SettingsFileError, match="is a folder"):
        dotenv.read(env)
    with pytest.raises(SettingsFileError, match="is a folder"):
        dotenv.update(env, {"MODEL": "a"})
    assert [path.name for path in env.parent.iterdir()] == [".env"]


def test_a_missing_folder_is_explained(tmp_path: Path) -> None:
    with pytest.raises(SettingsFileError, match="folder does not exist"):
        dotenv.update(tmp_path / "none" / ".env", {"MODEL": "a"})


def test_a_link_to_itself_is_explained(env: Path) -> None:
    env.symlink_to(env)
    with pytest.raises(SettingsFileError, match="symbolic link"):
        dotenv.update(env, {"MODEL": "a"})


def test_a_pipe_is_not_written_to(env: Path) -> None:
    os.mkfifo(env)
    with pytest.raises(SettingsFileError, match="regular file"):
        dotenv.update(env, {"MODEL": "a"})


def test_a_file_system_that_takes_no_files_is_explained() -> None:
    with pytest.raises(SettingsFileError, match="cannot be read or written"):
        dotenv.update(Path("/proc/.env"), {"MODEL": "a"})


ATTEMPT = """
import os, resource, signal, sys
from pathlib import Path
from backend.config import dotenv
from backend.domain.errors import SettingsFileError
match sys.argv[2]:
    case "nobody":
        if os.getuid() == 0:
            os.setgroups([]); os.setgid(65534); os.setuid(65534)
    case "full":
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (16, 16))
try:
    dotenv.update(Path(sys.argv[1]), {"MODEL": "a" * 100})
except SettingsFileError as error:
    print(error.message)
"""


def attempt(env: Path, circumstance: str) -> str:
    """What a process under that circumstance is told when it writes."""
    return subprocess.run(
        [sys.executable, "-c", ATTEMPT, str(env), circumstance],
        check=True,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    ).stdout


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user can reach."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_folder_without_write_permission_is_explained(open_folder: Path) -> None:
    env = open_folder / ".env"
    env.write_text("A=1\n")
    env.chmod(0o666)
    open_folder.chmod(0o555)
    assert "permission denied" in attempt(env, "nobody")
    open_folder.chmod(0o755)
    assert env.read_text() == "A=1\n"


def test_a_read_only_file_in_a_writable_folder_is_not_replaced(open_folder: Path) -> None:
    env = open_folder / ".env"
    env.write_text("A=1\n")
    env.chmod(0o444)
    open_folder.chmod(0o777)
    assert "permission denied" in attempt(env, "nobody")
    assert env.read_text() == "A=1\n"
    assert [path.name for path in open_folder.iterdir()] == [".env"]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(env: Path) -> None:
    env.write_text("A=1\n")
    assert "no space left" in attempt(env, "full")
    assert env.read_text() == "A=1\n"
    assert [path.name for path in env.parent.iterdir()] == [".env"]


WRITER = """
import sys
from pathlib import Path
from backend.config import dotenv
sys.stdin.readline()
for count in range(40):
    dotenv.update(Path(sys.argv[1]), {f"{sys.argv[2]}_{count}": "x" * 50, sys.argv[2]: str(count)})
"""


def test_two_processes_at_once_lose_nothing(env: Path) -> None:
    env.write_text("# kept\n")
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, str(env), name], stdin=subprocess.PIPE, text=True
        )
        for name in ("LEFT", "RIGHT")
    ]
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.close()
    assert [writer.wait(timeout=PATIENCE_S) for writer in writers] == [0, 0]
    values = dotenv.read(env)
    assert len(values) == 82
    assert values["LEFT"] == values["RIGHT"] == "39"
    assert env.read_text().startswith("# kept\n")
    assert [path.name for path in env.parent.iterdir()] == [".env"]


def test_readers_and_threads_never_see_half_a_file(env: Path) -> None:
    dotenv.update(env, {"A": "0", "B": "0"})

    def write() -> None:
        for count in range(50):
            dotenv.update(env, {"A": str(count), "B": str(count)})

    writers = [threading.Thread(target=write) for _ in range(2)]
    for thread in writers:
        thread.start()
    while any(thread.is_alive() for thread in writers):
        values = dotenv.read(env)
        assert values["A"] == values["B"]
    assert dotenv.read(env) == {"A": "49", "B": "49"}


HOLDER = """
import fcntl, sys
lock = open(sys.argv[1], "w")
fcntl.flock(lock, fcntl.LOCK_EX)
print("OPENAI_API_KEY=sk-x", file=lock, flush=True)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_writer_that_was_killed_holds_nobody_up(env: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(env.with_name(".env.lock"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        writer = threading.Thread(target=dotenv.update, args=(env, {"MODEL": "a"}))
        writer.start()
        writer.join(timeout=0.1)
        assert writer.is_alive()
        holder.send_signal(signal.SIGKILL)
    writer.join(timeout=PATIENCE_S)
    assert env.read_text() == "MODEL=a\n"
    assert mode(env) == 0o600
    assert [path.name for path in env.parent.iterdir()] == [".env"]
