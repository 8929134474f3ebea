"""Every list that can be asked for has the index that Firestore wants: the local one refuses what lacks it."""

from __future__ import annotations

from itertools import product
from typing import Any, get_args

import pytest

from shared_layer.crm.listing import Sort
from tests.support.crm import new_crm
from tests.support.platform import LocalPlatform

NARROWED: list[dict[str, str]] = [
    {"status": "deleted"}, {"stage": "lead"}, {"owner": "me"}, {"source": "api"}, {"company_domain": "acme.example"},
    {"tag": "vip"}, {"q": "ann"}, {"q": "ann lee", "tag": "vip", "stage": "lead", "owner": "me"},
    {"email": "ann@acme.example"}, {},
]  # fmt: skip
SINCE = "2026-01-01T00:00:00Z"
OTHERS: dict[str, list[dict[str, str]]] = {
    "/tasks": [
        {}, {"assignee": "me"}, {"status": "done"}, {"contact_id": "C", "deal_id": "D", "status": "open"},
        {"overdue": "true"}, {"overdue": "true", "assignee": "me", "contact_id": "C", "deal_id": "D"},
    ],
    "/notes": [{}, {"contact_id": "C"}, {"deal_id": "D"}, {"contact_id": "C", "deal_id": "D"}],
    "/deals": [{}, {"stage": "won"}, {"owner": "me"}, {"contact_id": "C", "stage": "won", "owner": "me"}],
    "/duplicates": [{}, {"status": "dismissed"}, {"contact_id": "C"}, {"min_score": "0.5", "contact_id": "C"}],
    "/merges": [{}],
    "/segments": [{}],
    "/statistics": [{}],
    "/contacts/C/history": [{}],
    "/contacts/C/interactions": [{}, {"kind": "mail"}, {"since": SINCE}, {"kind": "mail", "since": SINCE}],
    "/imports/I/rows": [{}, {"outcome": "new"}],
}  # fmt: skip


@pytest.mark.parametrize("sort", get_args(Sort))
async def test_every_filter_goes_with_every_order(platform: LocalPlatform, sort: str) -> None:
    crm = await new_crm(platform)
    for narrowed in NARROWED:
        found = await crm.ask("GET", "/contacts", params={**narrowed, "sort": sort})
        assert found.status_code == 200, (narrowed, sort, found.text)


async def test_ranges_go_with_every_filter(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    ranges: list[dict[str, Any]] = [
        {"min_score": 5}, {"min_score": 5, "sort": "score"}, {"contacted_since": SINCE},
        {"contacted_before": SINCE, "sort": "last_contacted_at"},
    ]  # fmt: skip
    for narrowed, within in product(NARROWED, ranges):
        found = await crm.ask("GET", "/contacts", params={**narrowed, **within})
        assert found.status_code == 200, (narrowed, within, found.text)


async def test_every_other_list_has_its_index(platform: LocalPlatform) -> None:
    crm = await new_crm(platform)
    contact = await crm.create(name="Ann")
    deal = await crm.create("/deals", title="D")
    made = (await crm.ask("POST", "/contacts:import", json={"csv": "name\nBob\n"})).json()
    ids = {"C": contact["id"], "D": deal["id"], "I": made["id"]}
    for path, queries in OTHERS.items():
        place = "/".join(ids.get(part, part) for part in path.split("/"))
        for query in queries:
            found = await crm.ask("GET", place, params={name: ids.get(value, value) for name, value in query.items()})
            assert found.status_code == 200, (path, query, found.text)
