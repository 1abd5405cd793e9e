"""What code may use."""

from dataclasses import dataclass

from backend.config.settings import Settings

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Those of one cell, but for memory and disk, which are its session's."""

    wall_s: float
    cpu_s: float
    memory_bytes: int
    disk_bytes: int
    """All files, which lie in memory."""
    file_bytes: int
    """The largest file that is kept."""
    shown_chars: int
    """Of what is printed; the middle of more is left out."""
    kept_bytes: int = 8 * MEBIBYTE
    """Of what is printed and not shown whole: that much of it becomes a file."""
    printed_bytes: int = 64 * MEBIBYTE
    """Whoever prints more is stopped."""
    threads: int = 64
    open_files: int = 64
    files: int = 5_000
    """Temporary ones and directories included."""

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
        """By their names in the module `resource`; the kernel enforces these."""
        return {
            "RLIMIT_AS": self.memory_bytes,
            "RLIMIT_FSIZE": self.disk_bytes,
            "RLIMIT_NPROC": self.threads,
            "RLIMIT_NOFILE": self.open_files,
            "RLIMIT_CORE": 0,
        }
