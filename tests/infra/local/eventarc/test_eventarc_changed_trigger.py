"""A trigger is changed in place, as a deployment does it: nothing that is under way is lost."""

import pytest

from tests.infra.local.delivery.endpoint import until
from tests.infra.local.eventarc.cloud import PARENT

NOWHERE = "http://127.0.0.1:9/gone"


async def test_what_was_not_delivered_goes_to_where_the_trigger_points_now(cloud, endpoint):
    await cloud.trigger(NOWHERE)
    written = [cloud.feed.write() for _ in range(5)]
    await until(lambda: cloud.feed.forgotten == 5)
    moved = {"destination": {"httpEndpoint": {"uri": endpoint.url("/here")}}}
    answer = await cloud.api.patch(f"{PARENT}/relay", params={"updateMask": "destination"}, json=moved)
    assert answer.json()["response"]["destination"] == moved["destination"]
    written.append(cloud.feed.write())
    await until(lambda: {request.headers["ce-id"] for request in endpoint.requests} == set(written))
    await cloud.restart()
    assert (await cloud.api.get(f"{PARENT}/relay")).json()["destination"] == moved["destination"]


async def test_the_watched_documents_follow_a_changed_filter(cloud):
    await cloud.trigger(NOWHERE)
    shown = (await cloud.api.get(f"{PARENT}/relay")).json()
    filters = [shown["eventFilters"][0], {**shown["eventFilters"][2], "value": "leads/{lead}"}]
    await cloud.api.patch(f"{PARENT}/relay", json={"eventFilters": filters})
    assert cloud.patterns[-1] == ["leads/{lead}"]
    changed = (await cloud.api.get(f"{PARENT}/relay")).json()
    assert (changed["uid"], changed["createTime"]) == (shown["uid"], shown["createTime"])


@pytest.mark.parametrize(
    ("name", "mask", "body", "status"),
    [
        ("nobody", "destination", {"destination": {"httpEndpoint": {"uri": NOWHERE}}}, 404),
        ("relay", "uid", {"uid": "mine"}, 400),
        ("relay", "destination", {}, 400),
        ("relay", "eventFilters", {"eventFilters": []}, 400),
    ],
)
async def test_a_change_that_cannot_be_is_refused_and_changes_nothing(cloud, name, mask, body, status):
    await cloud.trigger(NOWHERE)
    before = (await cloud.api.get(PARENT)).json()
    assert (await cloud.api.patch(f"{PARENT}/{name}", params={"updateMask": mask}, json=body)).status_code == status
    assert (await cloud.api.get(PARENT)).json() == before
