"""The burn rates of all services as of now: one Redis round trip."""

from __future__ import annotations

from collections.abc import Mapping

from shared_layer.core import clock
from shared_layer.core.models import Model
from shared_layer.core.services import SERVICES
from shared_layer.dashboard.burn_rate import OBJECTIVE, WINDOWS, Window
from shared_layer.storage.failure_window import read_windows


class BurnRates(Model):
    """A service's burn rates by window; 1 uses up the error budget exactly."""

    service: str
    objective: float = OBJECTIVE
    burn_5m: float
    burn_30m: float
    burn_1h: float
    burn_6h: float
    burn_3d: float


class AllBurnRates(Model):
    """The burn rates of every service."""

    services: list[BurnRates]


async def measure_burns() -> dict[str, dict[int, Window]]:
    """Every service's windows, by their minutes. Raises RedisUnavailable."""
    names = [service.name for service in SERVICES.values()]
    found = await read_windows(names, int(clock.now() // 60), WINDOWS)
    return {name: {minutes: Window(*pair) for minutes, pair in windows.items()} for name, windows in found.items()}


async def burn_rates() -> AllBurnRates:
    """The burn rates of every service, now. Raises RedisUnavailable."""
    return AllBurnRates(services=[rates_of(service, windows) for service, windows in (await measure_burns()).items()])


def rates_of(service: str, windows: Mapping[int, Window]) -> BurnRates:
    """A service's burn rates, given its windows by their minutes."""
    by_name = dict(zip(("5m", "30m", "1h", "6h", "3d"), (windows[minutes] for minutes in WINDOWS), strict=True))
    return BurnRates.model_validate(
        {"service": service} | {f"burn_{name}": each.burn for name, each in by_name.items()}
    )
