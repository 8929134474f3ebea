"""`kill -9`: of a whole platform at once, or of one of its processes."""

from __future__ import annotations

import psutil

from infra.demo.platform_process import PlatformProcess

_GONE_WITHIN = 10.0


def kill_everything(platform: PlatformProcess) -> None:
    """Kill the supervisor and all its processes, and return once none of them is left."""
    family = processes(platform)
    for process in family:
        _kill(process)
    _end(platform, family)


def kill_supervisor(platform: PlatformProcess) -> None:
    """Kill the supervisor alone, and return once its processes have noticed and ended."""
    _end(platform, processes(platform))


def kill_one(platform: PlatformProcess, module: str) -> bool:
    """Kill the process that runs `module`, or the program of that name; False where none runs now."""
    found = [process for process in processes(platform) if module in _words(process)]
    for process in found:
        _kill(process)
    return bool(found)


def processes(platform: PlatformProcess) -> list[psutil.Process]:
    """The platform's processes, the supervisor first."""
    try:
        supervisor = psutil.Process(platform.pid)
        return [supervisor, *supervisor.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _end(platform: PlatformProcess, family: list[psutil.Process]) -> None:
    platform.kill()
    _, alive = psutil.wait_procs([*family, *_on(platform)], timeout=_GONE_WITHIN)
    assert alive == []


def _on(platform: PlatformProcess) -> list[psutil.Process]:
    """What runs on the platform's data, whoever its parent is: also what was started while its family was counted."""
    return [process for process in psutil.process_iter() if str(platform.data) in " ".join(_command(process))]


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _words(process: psutil.Process) -> list[str]:
    """The words of its command; a redis-server tells all of its own in one."""
    return " ".join(_command(process)).replace("/", " ").split()


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.NoSuchProcess, psutil.ZombieProcess, psutil.AccessDenied):
        return []
