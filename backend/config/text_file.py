"""The reader and the one writer of the text files that hold settings: `.env`, and that of MCP servers."""

import contextlib
import errno
import fcntl
import os
import time
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator
from pathlib import Path

from backend.domain.errors import SettingsFileError

LOCK_TIMEOUT_S = 10.0
LOCK_POLL_S = 0.01


def read(path: Path, max_bytes: int | None = None) -> str:
    """Returns the text; none where there is no file. Raises `SettingsFileError`."""
    with _explained(path):
        return _text(path, max_bytes)


def change(path: Path, changed: Callable[[str], str], max_bytes: int | None = None) -> None:
    """Replace the text by what `changed` returns of it, with nobody else writing meanwhile.

    The file is replaced atomically and gets mode 0600. Raises `SettingsFileError`, and what
    `changed` raises; then nothing changes.
    """
    target = Path(os.path.realpath(path))
    with _explained(path), _locked(target) as lock:
        _check_target(target)
        after = changed(_text(target, max_bytes)).encode("utf-8", "surrogateescape")
        _check_size(path, len(after), max_bytes)
        if after or target.exists():
            _replace(target, after, lock)


def _check_target(target: Path) -> None:
    """Raise for a file that must not be written: replacing it needs only rights to its folder."""
    if not target.exists():
        return
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not target.is_file():
        raise SettingsFileError(f"{target.name} is not a regular file, so it is not written to.")
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _text(path: Path, max_bytes: int | None) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(-1 if max_bytes is None else max_bytes + 1)
    except FileNotFoundError:
        return ""
    _check_size(path, len(data), max_bytes)
    if b"\0" in data or data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise SettingsFileError(
            f"{path.name} is not UTF-8 text; it looks like UTF-16. Save it as UTF-8, then try again."
        )
    # Bytes that are not UTF-8, in an old comment say, survive being read and written back.
    return data.decode("utf-8", "surrogateescape")


def _check_size(path: Path, size: int, max_bytes: int | None) -> None:
    if max_bytes is not None and size > max_bytes:
        raise SettingsFileError(f"{path.name} may have {max_bytes:,} bytes at most. Shorten it.")


@contextlib.contextmanager
def _locked(target: Path) -> Iterator[int]:
    """Lock the file that is to become the new `target`, and yield its descriptor.

    The file is empty and lies beside `target`; it is deleted unless `_replace` renames it. The
    next writer takes over the file that a killed one left.
    """
    path = _lock_path(target)
    deadline = time.monotonic() + LOCK_TIMEOUT_S
    while (descriptor := _lock(path)) is None:
        if time.monotonic() > deadline:
            raise SettingsFileError(f"Another process has been writing {target.name} for too long.")
        time.sleep(LOCK_POLL_S)
    try:
        os.ftruncate(descriptor, 0)
        yield descriptor
    finally:
        if _is_at(path, descriptor):
            path.unlink()
        os.close(descriptor)


def _lock_path(target: Path) -> Path:
    return target.with_name(target.name + ".lock")


def _lock(path: Path) -> int | None:
    """Returns the locked file's descriptor, or None where another writer holds or has renamed it."""
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, mode=0o600)
    with contextlib.suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # A lock on a file that has been renamed away since is worth nothing.
        if _is_at(path, descriptor):
            return descriptor
    os.close(descriptor)
    return None


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.lstat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _replace(target: Path, data: bytes, lock: int) -> None:
    os.fchmod(lock, 0o600)
    if target.exists():
        owner = target.stat()
        with contextlib.suppress(PermissionError):
            os.fchown(lock, owner.st_uid, owner.st_gid)
    with open(lock, "wb", closefd=False) as stream:
        stream.write(data)
    os.fsync(lock)
    _lock_path(target).replace(target)
    folder = os.open(target.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn an `OSError` into a `SettingsFileError` that says what to do."""
    try:
        yield
    except OSError as error:
        match error.errno:
            case errno.EACCES | errno.EPERM:
                why = "permission denied. Give the server's user access to the file and its folder."
            case errno.EROFS:
                why = "the file system is read-only. Set the value in the environment instead."
            case errno.EISDIR:
                why = "it is a folder. Move that folder away."
            case errno.ENOENT | errno.ENOTDIR:
                why = "its folder does not exist. Create it."
            case errno.ELOOP:
                why = "it is a symbolic link that leads nowhere. Correct the link."
            case errno.EBUSY:
                why = "it is a mount of its own. Mount its folder instead."
            case errno.ENOSPC | errno.EDQUOT | errno.EFBIG:
                why = "there is no space left on the disk. Free some."
            case _:
                why = f"the system says: {os.strerror(error.errno or errno.EIO)}."
        raise SettingsFileError(f"{path.name} cannot be read or written: {why}") from error
