import pytest

from tests.infra.local.eventarc.cloud import PARENT

URI = "http://127.0.0.1:9/f"


async def test_a_created_trigger_is_shown_as_it_was_given(cloud):
    operation = (await cloud.trigger(URI)).json()
    assert operation["done"] is True
    shown = (await cloud.api.get(f"{PARENT}/relay")).json()
    assert shown["name"] == "projects/p/locations/us-central1/triggers/relay"
    assert shown["destination"] == {"httpEndpoint": {"uri": URI}}
    assert shown["eventFilters"][2]["operator"] == "match-path-pattern"
    assert operation["response"].items() >= shown.items()
    assert (await cloud.api.get(PARENT)).json() == {"triggers": [shown]}


async def test_triggers_outlive_a_restart(cloud):
    await cloud.trigger(URI)
    await cloud.restart()
    assert (await cloud.api.get(f"{PARENT}/relay")).status_code == 200
    assert cloud.patterns[-1] == ["tenants/{t}/events/{e}"]


async def test_a_deleted_trigger_is_gone(cloud):
    await cloud.trigger(URI)
    assert (await cloud.api.delete(f"{PARENT}/relay")).json()["done"] is True
    assert (await cloud.api.get(f"{PARENT}/relay")).json()["error"]["status"] == "NOT_FOUND"
    assert (await cloud.api.delete(f"{PARENT}/relay")).status_code == 404


async def test_a_taken_name_already_exists(cloud):
    await cloud.trigger(URI)
    answer = await cloud.trigger(URI)
    assert (answer.status_code, answer.json()["error"]["status"]) == (409, "ALREADY_EXISTS")


async def test_the_feeds_owner_hears_which_documents_are_watched(cloud):
    await cloud.trigger(URI, name="a", document="b/{x}")
    await cloud.trigger(URI, name="b", document="a/{x}")
    objects = [
        {"attribute": "type", "value": "google.cloud.storage.object.v1.finalized"},
        {"attribute": "bucket", "value": "uploads"},
    ]
    await cloud.trigger(URI, name="c", filters=objects)
    await cloud.api.delete(f"{PARENT}/a")
    assert cloud.patterns == [[], ["b/{x}"], ["a/{x}", "b/{x}"], ["a/{x}", "b/{x}"], ["a/{x}"]]


TYPE = {"attribute": "type", "value": "google.cloud.firestore.document.v1.written"}


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("Upper", {"eventFilters": [TYPE], "destination": {"httpEndpoint": {"uri": URI}}}),
        ("", {"eventFilters": [TYPE], "destination": {"httpEndpoint": {"uri": URI}}}),
        ("relay", {"eventFilters": [], "destination": {"httpEndpoint": {"uri": URI}}}),
        ("relay", {"eventFilters": [TYPE, TYPE], "destination": {"httpEndpoint": {"uri": URI}}}),
        ("relay", {"eventFilters": [{"attribute": "type"}], "destination": {"httpEndpoint": {"uri": URI}}}),
        ("relay", {"eventFilters": [{**TYPE, "operator": "like"}], "destination": {"httpEndpoint": {"uri": URI}}}),
        ("relay", {"eventFilters": [TYPE], "destination": {"cloudRun": {"service": "f"}}}),
        ("relay", {"eventFilters": [TYPE]}),
        ("relay", []),
    ],
)
async def test_what_is_not_a_trigger_is_invalid(cloud, name, body):
    answer = await cloud.api.post(PARENT, params={"triggerId": name}, json=body)
    assert (answer.status_code, answer.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")
    assert answer.json()["error"]["message"]
