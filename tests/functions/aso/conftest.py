"""A tenant whose made-up site was pulled: for the tests that only look at it."""

from __future__ import annotations

import pytest_asyncio

from tests.support.aso import Aso, new_aso
from tests.support.platform import LocalPlatform


@pytest_asyncio.fixture(scope="session")
async def followed(platform: LocalPlatform) -> Aso:
    """Its brand is known, a click is worth 1.20, and two keywords are followed."""
    aso = await new_aso(platform)
    settings = {"brand_terms": ["harbour roasters"], "value_per_click_minor": 120, "currency": "EUR"}
    await aso.told("PUT", "/settings", json=settings)
    rows = [{"keyword": "aeropress recipe"}, {"keyword": "nobody searches this"}]
    await aso.told("POST", "/keywords:import", json={"rows": rows})
    await aso.add_site()
    return aso
