"""The lease of an Idempotency-Key: renewed while its owner works, free again soon after its owner died."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from shared_layer.core import clock
from shared_layer.core.context import RequestContext
from shared_layer.core.errors import Conflict, RequestInFlight
from shared_layer.front_door import idempotency
from shared_layer.front_door.answer import JSON, Answer
from shared_layer.front_door.idempotency import Asked, Claim, claim
from shared_layer.messaging.unit import Unit
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

SHORT = timedelta(seconds=0.4)


@pytest.fixture(autouse=True)
def _short_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(idempotency, "LEASE", SHORT)


async def claimed(tenant_id: str) -> Claim:
    held = await claim(Asked(tenant_id, "POST /things", "key-1", "fingerprint", None))
    assert isinstance(held, Claim)
    return held


def finished(held: Claim, tenant_id: str) -> Unit:
    context = RequestContext("req_lease_test", "0" * 32, "0" * 16, "system-runtime", "test")
    unit = Unit(context, tenant_id)
    held.finish(unit, Answer(201, [JSON], b'{"made":true}'))
    return unit


async def test_it_lasts_as_long_as_its_owner_works_and_the_answer_is_kept(platform: LocalPlatform) -> None:
    tenant_id, _ = await platform.tenant()
    held = await claimed(tenant_id)
    first = (await held.reference.get()).get("lease_until")

    async def renewed_thrice() -> bool:
        return (await held.reference.get()).get("lease_until") > first + SHORT

    async with held.renewed():
        await eventually(renewed_thrice)
        with pytest.raises(RequestInFlight):
            await claimed(tenant_id)
    await finished(held, tenant_id).commit()
    replay = await claim(Asked(tenant_id, "POST /things", "key-1", "fingerprint", None))
    assert isinstance(replay, Answer)
    assert (replay.status_code, replay.body) == (201, b'{"made":true}')


async def test_a_dead_owners_claim_is_taken_over_and_the_dead_one_cannot_finish(platform: LocalPlatform) -> None:
    tenant_id, _ = await platform.tenant()
    dead = await claimed(tenant_id)
    taken: list[Claim] = []

    async def taken_over() -> bool:
        try:
            taken.append(await claimed(tenant_id))
        except RequestInFlight:
            return False
        return True

    await eventually(taken_over)
    with pytest.raises(Conflict):
        await finished(dead, tenant_id).commit()
    await finished(taken[0], tenant_id).commit()


async def test_an_instance_whose_clock_is_ahead_takes_over_early_and_still_nothing_is_done_twice(
    platform: LocalPlatform,
) -> None:
    """Clocks decide when a claim is given up, the store alone decides whose commit counts."""
    tenant_id, _ = await platform.tenant()
    at_work = await claimed(tenant_id)
    former = clock.use(lambda: time.time() + 3600)
    try:
        ahead = await claimed(tenant_id)
    finally:
        clock.use(former)
    with pytest.raises(RequestInFlight):
        await claimed(tenant_id)  # by its clock the other one works for an hour yet
    with pytest.raises(Conflict):
        await finished(at_work, tenant_id).commit()
    await finished(ahead, tenant_id).commit()
    assert isinstance(await claim(Asked(tenant_id, "POST /things", "key-1", "fingerprint", None)), Answer)
