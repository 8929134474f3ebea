"""A tenant's standing is read once and again when its epoch moved, and not before."""

from __future__ import annotations

from shared_layer.ai.routing.policy import COLLECTION, POLICY
from shared_layer.ai.routing.standing import LONGEST_SECONDS, TRUST_SECONDS, standing_of, untouched_policy
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.storage.documents import tenant_document
from tests.shared_layer.ai.world import World


async def written(caller: Caller, version: int) -> None:
    """A policy put straight into the store, so that no epoch moves."""
    policy = untouched_policy().model_copy(update={"version": version})
    await tenant_document(caller.tenant_id, COLLECTION, POLICY).set(policy.model_dump())


async def test_the_standing_is_remembered_until_the_epoch_moves(world: World):
    caller = world.caller()._replace(epoch=3)
    await written(caller, 7)
    assert (await standing_of(caller)).policy.version == 7
    await written(caller, 8)
    assert (await standing_of(caller)).policy.version == 7
    assert (await standing_of(caller._replace(epoch=4))).policy.version == 8


async def test_it_is_read_again_after_five_minutes_or_one_without_an_epoch(world: World):
    caller = world.caller()._replace(epoch=3)
    await written(caller, 1)
    moment = clock.now()
    for number, (epoch, age) in enumerate(((3, LONGEST_SECONDS), (None, TRUST_SECONDS)), start=2):
        asked = caller._replace(epoch=epoch)
        before = (await standing_of(asked)).policy.version
        await written(caller, number)
        world.patch.setattr(clock, "now", lambda later=moment + age - 1: later)
        assert (await standing_of(asked)).policy.version == before
        moment += age + 1
        world.patch.setattr(clock, "now", lambda later=moment: later)
        assert (await standing_of(asked)).policy.version == number
