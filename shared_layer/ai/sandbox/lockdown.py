"""A process that gives up everything but computing: limits first, then a filter on system calls that nothing undoes."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import socket
import struct
from typing import Final

CPU_SECONDS = 3
MEMORY: Final = 160 << 20
"""Of addresses: an interpreter alone has about 40 MiB of them. A function's instance has 256 MiB in all."""
FILES: Final = 16

# linux/audit.h, linux/seccomp.h, linux/prctl.h
_ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_SET_NO_NEW_PRIVS, _SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_KILL, _ALLOW, _REFUSE = 0x80000000, 0x7FFF0000, 0x00050000 | 1  # 1: EPERM
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_X32: Final = 0x40000000

ALLOWED: Final = {
    "x86_64": {
        "read": 0, "write": 1, "close": 3, "fstat": 5, "poll": 7, "lseek": 8, "mmap": 9, "mprotect": 10, "munmap": 11,
        "brk": 12, "rt_sigaction": 13, "rt_sigprocmask": 14, "rt_sigreturn": 15, "sched_yield": 24, "mremap": 25,
        "madvise": 28, "nanosleep": 35, "getpid": 39, "exit": 60, "getcwd": 79, "gettimeofday": 96, "getrusage": 98,
        "times": 100, "sigaltstack": 131, "gettid": 186, "time": 201, "futex": 202, "restart_syscall": 219,
        "clock_gettime": 228, "clock_getres": 229, "clock_nanosleep": 230, "exit_group": 231, "getrandom": 318,
        "rseq": 334,
    },
    "aarch64": {
        "getcwd": 17, "close": 57, "lseek": 62, "read": 63, "write": 64, "ppoll": 73, "fstat": 80, "exit": 93,
        "exit_group": 94, "futex": 98, "nanosleep": 101, "clock_gettime": 113, "clock_getres": 114,
        "clock_nanosleep": 115, "restart_syscall": 128, "sched_yield": 124, "sigaltstack": 132, "rt_sigaction": 134,
        "rt_sigprocmask": 135, "rt_sigreturn": 139, "times": 153, "getrusage": 165, "gettimeofday": 169, "getpid": 172,
        "gettid": 178, "brk": 214, "munmap": 215, "mremap": 216, "mmap": 222, "mprotect": 226, "madvise": 233,
        "getrandom": 278, "rseq": 293,
    },
}  # fmt: skip
"""System calls by their numbers (asm/unistd_64.h, asm-generic/unistd.h); every other one is refused."""


class NoLockdown(Exception):
    """This machine cannot lock a process down; the text says why."""


def lock() -> None:
    """Give everything up. Raises NoLockdown where that does not hold; then nothing untrusted may run."""
    _limit()
    machine = platform.machine()
    if os.name != "posix" or os.uname().sysname != "Linux" or machine not in ALLOWED:
        raise NoLockdown(f"there is no filter of system calls for {os.uname().sysname} on {machine}")
    libc = ctypes.CDLL(None, use_errno=True)
    _prctl(libc, _SET_NO_NEW_PRIVS, 1, 0)
    program = _program(_ARCHITECTURES[machine], sorted(ALLOWED[machine].values()))
    code = ctypes.create_string_buffer(program, len(program))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(code)))
    _prctl(libc, _SET_SECCOMP, _MODE_FILTER, ctypes.addressof(header))
    _prove()


def _limit() -> None:
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1),
        (resource.RLIMIT_AS, MEMORY, MEMORY),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, FILES, FILES),
        (resource.RLIMIT_NPROC, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(kind, (soft, hard))


def _prctl(libc: ctypes.CDLL, option: int, first: int, second: int) -> None:
    arguments = [ctypes.c_ulong(value) for value in (first, second, 0, 0)]
    if libc.prctl(ctypes.c_int(option), *arguments) != 0:
        raise NoLockdown(f"prctl({option}) is refused: {os.strerror(ctypes.get_errno())}")


def _program(architecture: int, allowed: list[int]) -> bytes:
    """The filter in BPF: another architecture's calls kill, allowed numbers pass, all others answer EPERM."""
    count = len(allowed)
    lines = [
        (_LOAD, 0, 0, 4),  # seccomp_data.arch
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # seccomp_data.nr
        (_AT_LEAST, count, 0, _X32),
    ]
    lines += [(_EQUAL, count - place, 0, number) for place, number in enumerate(allowed)]
    lines += [(_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    return b"".join(struct.pack("HBBI", *line) for line in lines)


def _prove() -> None:
    """Try what must be refused now."""
    for name, attempt in (("a socket", socket.socket), ("a process", os.fork), ("a file", lambda: os.open("/", 0))):
        try:
            attempt()
        except PermissionError:
            continue
        except OSError as error:
            raise NoLockdown(f"{name} is refused by something else than the filter: {error}") from error
        raise NoLockdown(f"{name} can still be had")
