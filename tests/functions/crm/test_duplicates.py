"""Duplicates, found behind every write."""

from __future__ import annotations

from typing import Any

from shared_layer.crm.contact import contact_document
from tests.support.crm import Crm, new_crm
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

HOME = {"street": "12 Kangaroo Road", "city": "Bendigo", "postcode": "3550"}


async def pairs(crm: Crm, count: int, **params: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    async def there() -> bool:
        found[:] = await crm.listed("/duplicates", **params)
        return len(found) == count

    await eventually(there)
    return found


async def test_likes_are_found_with_reasons_and_go_when_they_are_merged_or_told_apart(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    one = await crm.create(name="Matilda Harrington", address=HOME, born_on="1970-03-01")
    two = await crm.create(name="Harrington Matlida", address=HOME | {"street": "12 Kangaro Rd"}, born_on="1970-03-01")
    await crm.create(name="Oscar Potempa", address={"city": "Perth", "postcode": "6000"})
    [pair] = await pairs(crm, 1)
    assert pair["contact_ids"] == [one["id"], two["id"]]
    assert (pair["certainty"], pair["score"] > 0.99) == ("certain", True)
    said = {reason["field"]: reason["says"] for reason in pair["reasons"]}
    assert said["born"] == "the same born"
    sure = await crm.listed("/duplicates", contact_id=two["id"], min_score=0.5)
    assert [one["id"] for one in sure] == [pair["id"]]
    merge = (await crm.ask("POST", "/contacts:merge", json={"contact_id": one["id"], "merged_id": two["id"]})).json()
    await pairs(crm, 0)
    await crm.ask("POST", f"/merges/{merge['id']}:undo")
    [again] = await pairs(crm, 1)
    assert (await crm.ask("POST", f"/duplicates/{again['id']}:dismiss")).json()["status"] == "dismissed"
    now = await crm.get(f"/contacts/{two['id']}")
    await crm.ask("PATCH", f"/contacts/{two['id']}", now["version"], json={"title": "Baker"})
    await pairs(crm, 1, status="dismissed")
    assert await crm.listed("/duplicates") == []


async def test_a_contact_that_somebody_wrote_by_hand_is_indexed_and_the_trigger_stops(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    made = await crm.create(name="Ann Lee")
    reference = contact_document(crm.tenant_id, made["id"])
    await reference.update({"family_name": "Zimmermann", "name": "Ann Zimmermann"})

    async def found() -> bool:
        return [each["id"] for each in await crm.listed("/contacts", q="zimmer")] == [made["id"]]

    await eventually(found)
    settled = (await reference.get()).update_time
    await crm.create(name="Something later")
    await eventually(lambda: _is_listed(crm, "Something later"))
    assert (await reference.get()).update_time == settled


async def _is_listed(crm: Crm, name: str) -> bool:
    return any(each["name"] == name for each in await crm.listed("/contacts"))
