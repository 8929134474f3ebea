"""Code of models against tests of callers: right code passes, wrong code fails, hostile code does nothing else."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from shared_layer.ai.sandbox import lockdown, running
from shared_layer.ai.sandbox.code_of import code_of
from shared_layer.ai.sandbox.running import doubt_of_code, run_tests

ADD = "def add(a, b):\n    return a + b\n"

STACK = """
class Empty(LookupError): pass

class Stack:
    def __init__(self, items=()): self.items = list(items)
    def push(self, item): self.items.append(item)
    def pop(self):
        if not self.items: raise Empty('nothing there')
        return self.items.pop()
    def __len__(self): return len(self.items)
    def __iter__(self): return iter(self.items)
    def __eq__(self, other): return self.items == other.items
    def __contains__(self, item): return item in self.items
"""
STACK_TESTS = """
from solution import Stack, Empty

def test_it():
    stack = Stack([1])
    stack.push((2, 3))
    assert len(stack) == 2 and list(stack) == [1, (2, 3)] and 1 in stack and stack == Stack([1, (2, 3)])
    assert stack.pop() == (2, 3) and stack.pop() == 1 and not stack
    with raises(Empty):
        stack.pop()
    with raises(LookupError):
        stack.pop()
"""
PLAIN = """
import datetime, decimal, fractions, math
def same(value): return value
def day(text): return datetime.datetime.strptime(text, '%Y-%m-%d').date()
LIMIT = 7
def numbers():
    yield from range(3)
"""
PLAIN_TESTS = """
import datetime, decimal, fractions
for value in (None, True, 1, 10**50, 1.5, 'ä', b'x', (1, [2]), {1: {'a'}}, frozenset({1}), 1j, decimal.Decimal('1.10'),
              fractions.Fraction(1, 3), datetime.datetime(2024, 2, 29, 1), datetime.timedelta(days=-1, microseconds=3)):
    assert same(value) == value and type(same(value)) is type(value), value
assert day('2024-02-29') == datetime.date(2024, 2, 29)
assert LIMIT == 7 and list(numbers()) == [0, 1, 2]
"""


@pytest.mark.parametrize(
    ("code", "tests"),
    [
        (ADD, "assert add(1, 2) == 3"),
        (ADD, "def check(candidate):\n    assert candidate(2, 3) == 5\ncheck(add)"),
        (STACK, STACK_TESTS),
        (PLAIN, PLAIN_TESTS),
        ("import json, re, heapq\ndef f(x): return json.dumps(heapq.nsmallest(1, x))", "assert f([3, 2]) == '[2]'"),
        ("if __name__ == '__main__':\n    raise SystemExit\n" + ADD, "assert add(1, 2) == 3"),
        ("print('to nobody')\n" + ADD, "print('nor this')\nassert add(1, 2) == 3"),
    ],
)
def test_right_code_passes(code: str, tests: str):
    assert run_tests(code, tests) == {"passed": ""}


@pytest.mark.parametrize(
    ("code", "tests", "why"),
    [
        (ADD, "assert add(1, 2) == 4", "an assertion does not hold in line 1"),
        (ADD, "\nassert add(1, 'a') == 4", "TypeError in line 2"),
        (ADD, "assert sub(1, 2) == 4", "NameError"),
        ("def add(a, b: return", "assert add(1, 2) == 3", "SyntaxError"),
        ("raise ValueError('at once')", "assert True", "ValueError: at once"),
        ("import numpy\n" + ADD, "assert add(1, 2) == 3", "ModuleNotFoundError"),
        (ADD, "with raises(ValueError):\n    add(1, 2)", "nothing was raised"),
    ],
)
def test_wrong_code_fails_and_it_is_said_why(code: str, tests: str, why: str):
    assert why in run_tests(code, tests)["failed"]


SECRET = "planted-secret-of-the-function"  # pragma: allowlist secret

HOSTILE = {
    "a socket": "import socket\ndef f(): socket.socket(); return 'out'",
    "a socket by another way": "import _socket\ndef f(): _socket.socketpair(); return 'out'",
    "a name looked up": "import socket\ndef f(): return socket.getaddrinfo('localhost', 80) and 'out'",
    "a file outside": "def f(): open('/etc/passwd').read(); return 'out'",
    "a file of its own": "def f(): open('own.txt', 'w').write('x'); return 'out'",
    "a file in memory": "import os\ndef f(): os.memfd_create('x'); return 'out'",
    "the list of files": "import os\ndef f(): return os.listdir('/') and 'out'",
    "the environment": "def f(): open('/proc/self/environ').read(); return 'out'",
    "the parent's environment": "import os\ndef f(): open(f'/proc/{os.getppid()}/environ').read(); return 'out'",
    "a process": "import os\ndef f(): os.fork(); return 'out'",
    "a program": "import os\ndef f(): os.execv('/bin/sh', ['sh', '-c', 'true']); return 'out'",
    "a program by subprocess": "import subprocess\ndef f(): subprocess.run(['true']); return 'out'",
    "a shell": "import os\ndef f(): return 'out' if os.system('true') == 0 else 1 / 0",
    "a spawned program": "import os\ndef f(): os.posix_spawn('/bin/true', ['true'], {}); return 'out'",
    "a fork bomb": "import os\ndef f():\n    while True: os.fork()",
    "a thread": "import _thread\ndef f(): _thread.start_new_thread(print, ()); return 'out'",
    "the parent killed": "import os\ndef f(): os.kill(os.getppid(), 9); return 'out'",
    "everybody killed": "import os\ndef f(): os.kill(-1, 9); return 'out'",
    "more limits": "import resource\ndef f(): resource.setrlimit(resource.RLIMIT_AS, (-1, -1)); return 'out'",
    "another priority": "import os\ndef f(): os.nice(-5); return 'out'",
    "a folder deleted": "import os\ndef f(): os.rmdir('.'); return 'out'",
    "another folder": "import os\ndef f(): os.chdir('/'); return 'out'",
    "a traced process": "import ctypes\ndef f(): return 'out' if ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0 else 1 / 0",
    "a namespace": "import ctypes\ndef f(): return 'out' if ctypes.CDLL(None).unshare(0x10000000) == 0 else 1 / 0",
    "the filter undone": "import ctypes\ndef f(): return 1 / 0 if ctypes.CDLL(None).prctl(22, 0, 0, 0, 0) else 'out'",
    "another architecture's calls": (
        "import ctypes, mmap\n"
        "def f():\n"
        "    code = bytes.fromhex('b8020000004d31ffcd80c3')\n"
        "    page = mmap.mmap(-1, 4096, prot=7)\n"
        "    page.write(code)\n"
        "    at = ctypes.addressof(ctypes.c_char.from_buffer(page))\n"
        "    return 'out' if ctypes.CFUNCTYPE(ctypes.c_int)(at)() >= 0 else 1 / 0"
    ),
    "a memory bomb": "def f():\n    x = []\n    while True: x.append(bytearray(1 << 20))",
    "one huge block": "def f(): return len(bytes(1 << 40)) and 'out'",
    "an endless answer": "def f(): return 'x' * (64 << 20)",
    "an answer without a bottom": "def f():\n    x = []\n    for _ in range(10**5): x = [x]\n    return x",
    "a flood on its pipes": "import os\ndef f():\n    while True:\n        for n in range(3, 99):\n"
    "            try: os.write(n, b'x' * 65536)\n            except OSError: pass",
    "nonsense on its pipes": "import os\ndef f():\n    for n in range(3, 99):\n        try: os.write(n, b'{}\\n' * 9)\n"
    "        except OSError: pass",
    "the end of its process": "import os\ndef f(): os._exit(0)",
    "the end, politely": "import sys\ndef f(): sys.exit(0)",
    "the end, at once": "import os\nos._exit(0)\ndef f(): return 'out'",
    "a crash": "import ctypes\ndef f(): ctypes.string_at(0)",
    "an object that equals everything": "class All:\n    def __eq__(self, o): return True\ndef f(): return All()",
    "a text that equals everything": "class All(str):\n    def __eq__(self, o): return True\n"
    "    __hash__ = None\ndef f(): return All('x')",
    "the tests' assertions": "import builtins\nbuiltins.AssertionError = None\ndef f(): return 'no'",
    "the wire": "import sys\nw = sys.modules['shared_layer.ai.sandbox.wire']\nw.encode = lambda *a: {'passed': ''}\n"
    "s = sys.modules['shared_layer.ai.sandbox.solution']\ns.encode = w.encode\ndef f(): return 1",
    "a verdict of its own": "import os\nfor n in range(99):\n    try: os.write(n, b'{\"passed\": \"\"}\\n')\n"
    "    except OSError: pass\ndef f(): return 1",
}  # fmt: skip


BY_THE_FILTER = [
    *("a socket", "a socket by another way", "a file outside", "a file of its own", "a file in memory"),
    *("the list of files", "the environment", "the parent's environment", "a process", "a program", "a fork bomb"),
    *("the parent killed", "everybody killed", "a folder deleted", "another folder", "another priority"),
]


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_code_is_contained_and_fails(what: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    verdict = run_tests(HOSTILE[what], "assert f() == 'out'")
    assert set(verdict) == {"failed"}, verdict
    assert "PermissionError" in verdict["failed"] or what not in BY_THE_FILTER, verdict
    assert SECRET not in str(verdict)


@pytest.mark.parametrize("what", ["an endless loop", "a sleep"])
def test_code_without_an_end_is_ended(what: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(running, "WALL_SECONDS", 1.0)
    code = {"an endless loop": "def f():\n    while True: pass", "a sleep": "import time\ndef f(): time.sleep(1e6)"}
    assert "within 1 s" in run_tests(code[what], "f()")["failed"]


def patched(monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    """Have the sandbox's processes begin with `change`."""
    program = running._PROGRAM.replace("; main()", f"; {change}; main()")
    monkeypatch.setattr(running, "_PYTHON", (*running._PYTHON[:-1], program))


def test_what_burns_its_time_on_the_processor_is_ended_by_its_limit(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(running, "WALL_SECONDS", 120.0)
    patched(monkeypatch, "from shared_layer.ai.sandbox import lockdown; lockdown.CPU_SECONDS = 1")
    assert "gone" in run_tests("def f():\n    while True: pass", "f()")["failed"]


def test_what_the_code_was_called_with_is_all_that_it_sees_of_the_tests():
    code = """
import gc

def told(one):
    try:
        return str(one)
    except Exception:
        return ""  # what the pure-Python twin of datetime left behind has lost what it is written with

def f(x):
    word = "".join(reversed("arbez"))
    return any(word in told(one) for one in gc.get_objects())
"""
    assert run_tests(code, "assert f('zebra')") == {"passed": ""}
    assert run_tests(code, "assert not f('horse')  # it should know no zebra") == {"passed": ""}


@pytest.mark.parametrize(
    ("tests", "why"),
    [
        ("assert add(1, 2) = 3", "no Python"),
        ("assert True", "call nothing"),
        ("add(lambda: 1, 2)", "only plain values"),
    ],
)
def test_tests_that_cannot_tell_are_not_passed(tests: str, why: str):
    assert why in run_tests(ADD, tests)["not_run"]


def test_hostile_tests_are_contained_as_well():
    verdict = run_tests(ADD, "import os\nadd(1, 2)\nos.fork()")
    assert "PermissionError" in verdict["failed"]
    assert "exit code 0" in run_tests(ADD, "import os\nos._exit(0)")["failed"]


async def test_where_the_filter_cannot_be_installed_nothing_is_run(monkeypatch: pytest.MonkeyPatch):
    patched(monkeypatch, "import platform; platform.machine = lambda: 'riscv64'")
    verdict = run_tests("open('/tmp/ran', 'w')\n" + ADD, "assert add(1, 2) == 3")
    assert verdict == {"not_run": "there is no filter of system calls for Linux on riscv64"}
    assert (await doubt_of_code(ADD, "assert add(1, 2) == 3")).startswith("its code was not tested")


async def test_who_waits_too_long_for_the_sandbox_is_not_verified(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(running, "_one_at_a_time", asyncio.Semaphore(0))
    monkeypatch.setattr(running, "WALL_SECONDS", 0.01)
    assert await doubt_of_code(ADD, "assert add(1, 2) == 3") == "its code was not tested: other code is being tested"


def test_a_filter_that_does_not_hold_is_noticed():
    program = "import os\nfrom shared_layer.ai.sandbox import lockdown\nlockdown._prctl = lambda *_: None\n"
    program += "try: lockdown.lock()\nexcept lockdown.NoLockdown as told: print(told)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "a socket can still be had"


def test_nothing_of_it_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    open_before = len(os.listdir("/proc/self/fd"))
    for code in (ADD, HOSTILE["a crash"], HOSTILE["the end, at once"]):
        run_tests(code, "assert add(1, 2) == 3")
    assert not list(tmp_path.iterdir())
    assert len(os.listdir("/proc/self/fd")) == open_before
    with socket.socket() as still_ours:
        assert still_ours.fileno() > 0


def test_the_numbers_of_this_machines_calls_are_those_of_its_headers():
    found = dict(
        line.split()[1:3]
        for header in ("/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm-generic/unistd.h")
        if os.path.exists(header)
        for line in Path(header).read_text().splitlines()
        if line.startswith("#define __NR_") and len(line.split()) == 3 and header.endswith("_64.h")
    )
    if not found:
        pytest.skip("no kernel headers here")
    assert {name: int(found[f"__NR_{name}"]) for name in lockdown.ALLOWED["x86_64"]} == lockdown.ALLOWED["x86_64"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Here:\n```python\nx = 1\n```\nand so\n```py\ny = 2\n```\n```\nshell\n```", "x = 1\n\ny = 2"),
        ("~~~\nx = 1\n~~~", "x = 1"),
        ("````Python title\n```\nx\n````", "```\nx"),
        ("```python\nx = 1", "x = 1"),
        ("x = 1", "x = 1"),
    ],
)
def test_the_code_of_an_answer_is_what_its_fences_hold(text: str, code: str):
    assert code_of(text) == code
