"""The limits on code in the sandbox."""

from dataclasses import dataclass

from backend.config.settings import Settings

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one cell, except for memory and disk, which its session shares."""

    wall_s: float
    cpu_s: float
    memory_bytes: int
    disk_bytes: int
    """Total size of all files, which are kept in memory."""
    file_bytes: int
    """Size of the largest file that is kept."""
    shown_chars: int
    """Characters of the output that are shown. The middle of a longer one is left out."""
    kept_bytes: int = 8 * MEBIBYTE
    """Bytes of an output that is too long to show whole which are kept as a file."""
    printed_bytes: int = 64 * MEBIBYTE
    """Bytes of output after which a cell is stopped."""
    threads: int = 64
    open_files: int = 64
    files: int = 5_000
    """Number of files, including temporary ones and directories."""

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        return cls(
            wall_s=settings.code_interpreter_timeout_s,
            cpu_s=settings.code_interpreter_cpu_s,
            memory_bytes=settings.code_interpreter_memory_mb * MEBIBYTE,
            disk_bytes=settings.code_interpreter_disk_mb * MEBIBYTE,
            file_bytes=settings.max_file_bytes,
            shown_chars=settings.tool_output_limit_bytes,
        )

    def of_process(self) -> dict[str, int]:
        """Returns the limits that the kernel enforces, by their names in the module `resource`."""
        return {
            "RLIMIT_AS": self.memory_bytes,
            "RLIMIT_FSIZE": self.disk_bytes,
            "RLIMIT_NPROC": self.threads,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_CORE": 0,
        }
