"""The system calls that code in the sandbox may not make, as a seccomp filter.

https://docs.kernel.org/userspace-api/seccomp_filter.html; numbers from the kernel's unistd headers.

Namespaces, dropped capabilities and a file system of its own do most of the work. The filter denies
the rest: new processes and programs, sockets except the pair that asyncio needs, memory that no limit
counts (System V and memfd), and rarely used parts of the kernel.

Written by hand, since libseccomp's own Python binding is not on PyPI.
"""

import ctypes
import errno
import os
import platform
import struct

_BOTH = (
    *range(424, 434),  # pidfd_send_signal, io_uring_*, open_tree, move_mount, fs*, fspick
    *(434, 438, 440, 448),  # pidfd_open, pidfd_getfd, process_madvise, process_mrelease
    *(442, 443, 447),  # mount_setattr, quotactl_fd, memfd_secret
)
_X86_64 = (
    *(57, 58, 59, 322),  # fork, vfork, execve, execveat
    *(41, 42, 43, 49, 50, 288),  # socket, connect, accept, bind, listen, accept4
    *(29, 30, 64, 68, 240, 319),  # shmget, shmat, semget, msgget, mq_open, memfd_create
    *(101, 310, 311, 312, 298),  # ptrace, process_vm_*, kcmp, perf_event_open
    *(165, 166, 155, 161, 272, 308),  # mount, umount2, pivot_root, chroot, unshare, setns
    *(321, 323, 248, 249, 250),  # bpf, userfaultfd, add_key, request_key, keyctl
    *(300, 303, 304, 179, 163),  # fanotify_init, *_handle_at, quotactl, acct
    *(167, 168, 169, 246, 320, 175, 313, 176),  # swap*, reboot, kexec_*, *_module
    *(103, 164, 227, 159, 305, 170, 171),  # syslog, setting clocks and host names
    *(153, 172, 173, 154, 135, 212, 180),  # vhangup, iopl, ioperm, modify_ldt, personality, ...
    *(256, 279, 237, 238),  # moving pages between nodes
    *(92, 93, 94, 260),  # chown, fchown, lchown, fchownat
    *(188, 189, 190, 197, 198, 199),  # *setxattr, *removexattr
    54,  # setsockopt, which could let the kernel buffer more than memory limits allow
)
_AARCH64 = (
    *(221, 281),
    *(198, 203, 202, 200, 201, 242),
    *(194, 196, 190, 186, 180, 279),
    *(117, 270, 271, 272, 241),
    *(40, 39, 41, 51, 97, 268),
    *(280, 282, 217, 218, 219),
    *(262, 264, 265, 60, 89),
    *(224, 225, 142, 104, 294, 105, 273, 106),
    *(116, 170, 112, 171, 266, 161, 162),
    *(58, 92, 18, 42),
    *(238, 239, 235, 237),
    *(54, 55),
    *(5, 6, 7, 14, 15, 16),
    208,
)

# Calls that succeed without any effect. Where the server runs as root, code would own the device
# nodes of the machine; programs that copy files make these calls and fail if they are refused.
_IGNORED_X86_64 = (
    *(90, 91, 268),  # chmod, fchmod, fchmodat
    *(132, 235, 261, 280),  # utime, utimes, futimesat, utimensat
)
_IGNORED_AARCH64 = (52, 53, 88)

_ARCHITECTURES = {
    # machine: (AUDIT_ARCH, denied, ignored, clone, prctl, seccomp)
    "x86_64": (0xC000003E, (*_X86_64, *_BOTH), _IGNORED_X86_64, 56, 157, 317),
    "aarch64": (0xC00000B7, (*_AARCH64, *_BOTH), _IGNORED_AARCH64, 220, 167, 277),
}

_CLONE3 = 435
_NEWEST = 450
"""Newer calls were not reviewed. They are reported as missing, from which libraries fall back."""

_CLONE_THREAD = 0x10000
_PR_SET_NAME, _PR_GET_NAME, _PR_SET_NO_NEW_PRIVS = 15, 16, 38
_SECCOMP_SET_MODE_FILTER, _EVERY_THREAD = 1, 1

_LOAD, _IF_EQUAL, _IF_GREATER, _IF_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
_NUMBER, _ARCH, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_REFUSE, _MISSING = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS
_IGNORE = 0x00050000


class Unsupported(Exception):
    """There is no filter for this architecture."""


def program(machine: str) -> bytes:
    """Returns the filter as an array of the kernel's `struct sock_filter`. Raises `Unsupported`."""
    if machine not in _ARCHITECTURES:
        raise Unsupported(f"There is no system call filter for {machine}.")
    arch, denied, ignored, clone, prctl, _ = _ARCHITECTURES[machine]
    code = [
        (_LOAD, 0, 0, _ARCH),
        (_IF_EQUAL, 1, 0, arch),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
        # Includes the x32 calls, whose numbers have a high bit.
        *((_IF_GREATER, 0, 1, _NEWEST), (_RETURN, 0, 0, _MISSING)),
        # A filter cannot read its flags, which are in memory; libraries then use clone.
        *((_IF_EQUAL, 0, 1, _CLONE3), (_RETURN, 0, 0, _MISSING)),
    ]
    for number in denied:
        code += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    for number in ignored:
        code += [(_IF_EQUAL, 0, 1, number), (_RETURN, 0, 0, _IGNORE)]
    code += [
        # Threads, but no processes.
        *((_IF_EQUAL, 0, 4, clone), (_LOAD, 0, 0, _FIRST_ARGUMENT)),
        *((_IF_BIT, 0, 1, _CLONE_THREAD), (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)),
        # Above all, PR_SET_PDEATHSIG is refused: the process must die with its parent.
        *((_IF_EQUAL, 0, 5, prctl), (_LOAD, 0, 0, _FIRST_ARGUMENT)),
        *((_IF_EQUAL, 2, 0, _PR_SET_NAME), (_IF_EQUAL, 1, 0, _PR_GET_NAME)),
        *((_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("HBBI", *instruction) for instruction in code)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def install() -> None:
    """Install the filter in this process for good. Raises `Unsupported` and `OSError`."""
    machine = platform.machine()
    code = program(machine)
    seccomp = _ARCHITECTURES[machine][5]
    libc = ctypes.CDLL(None, use_errno=True)
    filled = _Program(len(code) // 8, code)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.syscall(
        seccomp, _SECCOMP_SET_MODE_FILTER, _EVERY_THREAD, ctypes.byref(filled)
    ):
        number = ctypes.get_errno()
        raise OSError(number, f"seccomp: {os.strerror(number)}")
