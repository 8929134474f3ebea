"""A platform of the demo's own: on free ports and an empty folder, its AI provider the demo's stand-in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from infra.demo.place import Place, place_in
from infra.demo.platform_process import PlatformProcess
from infra.demo.stand_in import StandIn

_BREAKER_SECONDS: Final = "2"
_NO_OTHERS: Final = dict.fromkeys(("ABACUS_BASE_URL", "ABACUS_API_KEY", "INTERNAL_AI_URL", "INTERNAL_AI_KEY"), "")


def provider_variables(provider: StandIn) -> dict[str, str]:
    """What a platform must be started with to take `provider` for OpenAI and call nobody else.

    Its breaker opens for two seconds instead of a minute, so that the provider's return can be watched.
    """
    return {
        **_NO_OTHERS,
        "OPENAI_BASE_URL": provider.url,
        "OPENAI_API_KEY": "stand-in",  # pragma: allowlist secret
        "OPENAI_MODEL": "",
        "XYNERGY_BREAKER_SECONDS": _BREAKER_SECONDS,
    }


@contextmanager
def own_platform(provider: StandIn) -> Iterator[Place]:
    """A platform that calls `provider`; stopped, and its data removed, at the end. Raises Refusal."""
    with tempfile.TemporaryDirectory(prefix="xynergy-demo-") as folder:
        platform = PlatformProcess(Path(folder) / "data", "--no-demo", environment=provider_variables(provider))
        platform.start()
        try:
            yield place_in(platform.wait_ready())
        finally:
            platform.stop()
