import jwt
import pytest

from infra.local.clock import ManualClock
from tests.infra.local.delivery.endpoint import HANG, Endpoint, until
from tests.infra.local.eventarc.cloud import PARENT, Cloud

RELAY = "projects/p/locations/us-central1/triggers/relay"


async def test_a_change_arrives_as_a_binary_cloudevent_with_the_triggers_identity(cloud, endpoint):
    await cloud.trigger(endpoint.url("/relay"))
    cloud.feed.write("updated", data=b"\x0a\x00\xff", project="p")
    await until(lambda: endpoint.requests)
    (request,) = endpoint.requests
    assert (request.path, request.body) == ("/relay", b"\x0a\x00\xff")
    sent = request.headers
    assert sent["content-type"] == "application/protobuf"
    assert (sent["ce-specversion"], sent["ce-id"], sent["ce-project"]) == ("1.0", "id-1", "p")
    assert sent["ce-type"] == "google.cloud.firestore.document.v1.written"
    assert sent["ce-source"] == "//firestore.googleapis.com/projects/p/databases/(default)"
    assert (sent["ce-subject"], sent["ce-document"]) == ("documents/tenants/t1/events/e1", "tenants/t1/events/e1")
    token = sent["authorization"].removeprefix("Bearer ")
    key = jwt.PyJWKSet.from_dict(cloud.issuer.jwks())[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, ["RS256"], audience=endpoint.url("/relay"))
    assert claims["email"] == "relay@p.iam.gserviceaccount.com"
    await until(lambda: cloud.service.backlog() == {RELAY: 0})


async def test_values_outside_ascii_are_percent_encoded_as_the_binding_says(cloud, endpoint):
    await cloud.trigger(endpoint.url())
    cloud.feed.write(path="tenants/t/events/ü 100%")
    await until(lambda: endpoint.requests)
    assert endpoint.requests[0].headers["ce-document"] == "tenants/t/events/%C3%BC%20100%25"


@pytest.mark.parametrize(
    ("kind", "changes", "arrived"),
    [
        ("created", ["created", "updated", "deleted"], 1),
        ("written", ["created", "updated", "deleted"], 3),
        ("written.withAuthContext", ["created", "deleted"], 2),
    ],
)
async def test_a_trigger_gets_the_kinds_of_changes_it_asks_for(cloud, endpoint, kind, changes, arrived):
    await cloud.trigger(endpoint.url(), kind)
    for change in changes:
        cloud.feed.write(change)
    cloud.feed.write(path="tenants/t1/leads/l1")
    cloud.feed.write(database="other")
    await until(lambda: cloud.feed.forgotten == len(changes) + 2)
    await until(lambda: cloud.service.backlog() == {RELAY: 0})
    assert len(endpoint.requests) == arrived


async def test_a_storage_trigger_gets_its_buckets_objects(cloud, endpoint):
    finalized = "google.cloud.storage.object.v1.finalized"
    filters = [{"attribute": "type", "value": finalized}, {"attribute": "bucket", "value": "uploads"}]
    await cloud.trigger(endpoint.url(), filters=filters)
    cloud.feed.write(type=finalized, bucket="other")
    wanted = cloud.feed.write(type=finalized, bucket="uploads")
    await until(lambda: endpoint.requests)
    assert [request.headers["ce-id"] for request in endpoint.requests] == [wanted]


async def test_a_change_is_forgotten_only_when_every_trigger_has_it_on_disk(cloud, endpoint):
    other = await Endpoint(answer=lambda _request: HANG).start()
    await cloud.trigger(endpoint.url())
    await cloud.trigger(other.url(), name="other")
    forget = cloud.feed.forget

    def checked(position):
        stored = cloud.service._store._db.execute("SELECT count(DISTINCT trigger) FROM events").fetchone()
        assert stored == (2,)
        forget(position)

    cloud.feed.forget = checked
    cloud.feed.write()
    await until(lambda: cloud.feed.forgotten == 1)
    await until(lambda: endpoint.requests and other.requests)
    await other.stop()


async def test_changes_told_twice_after_a_crash_are_taken_over_once(cloud, endpoint):
    endpoint.answer = lambda _request: 503
    await cloud.trigger(endpoint.url())
    cloud.feed.write()
    told = list(cloud.feed.changes)
    await until(lambda: cloud.feed.forgotten == 1)
    await cloud.stop()
    cloud.feed.changes = told
    await cloud.start()
    await until(lambda: not cloud.feed.changes)
    assert cloud.service.backlog() == {RELAY: 1}


async def test_what_is_undelivered_is_delivered_after_a_restart(cloud, endpoint):
    endpoint.answer = lambda _request: HANG
    await cloud.trigger(endpoint.url())
    ids = {cloud.feed.write() for _ in range(10)}
    await until(lambda: len(endpoint.requests) == 4)
    endpoint.answer = lambda _request: 200
    await cloud.restart()
    await until(lambda: cloud.service.backlog() == {RELAY: 0})
    assert {request.headers["ce-id"] for request in endpoint.requests[4:]} == ids


async def test_a_function_that_restarts_gets_its_events_within_a_second(cloud, endpoint):
    await endpoint.stop()
    await cloud.trigger(endpoint.url())
    cloud.feed.write()
    await until(lambda: cloud.service.backlog() == {RELAY: 1})
    await endpoint.start()
    await until(lambda: endpoint.requests, seconds=2)


async def test_an_event_is_given_up_after_a_day_and_logged(tmp_path, endpoint, caplog):
    endpoint.answer = lambda _request: 500
    cloud = await Cloud(tmp_path, ManualClock()).start()
    await cloud.trigger(endpoint.url())
    cloud.feed.write()
    began = cloud.clock.now()
    await until(lambda: endpoint.requests)
    while cloud.service.backlog() != {RELAY: 0}:
        seen = len(endpoint.requests)
        failures = cloud.service._store._db.execute("SELECT failures FROM events").fetchone()[0]
        if failures == seen:
            await cloud.clock.advance(min(0.2 * 2 ** (failures - 1), 600) + 1)
            await until(lambda seen=seen: len(endpoint.requests) > seen)
        await until(
            lambda seen=seen: cloud.service._store._db.execute("SELECT failures FROM events").fetchone()[0] >= seen
        )
    assert 23.8 * 3600 < cloud.clock.now() - began < 24 * 3600
    assert "given up after 24 hours" in caplog.text
    await cloud.stop()


async def test_deleting_a_trigger_drops_its_events(cloud, endpoint):
    endpoint.answer = lambda _request: HANG
    await cloud.trigger(endpoint.url())
    cloud.feed.write()
    await until(lambda: endpoint.requests)
    await cloud.api.delete(f"{PARENT}/relay")
    assert cloud.service.backlog() == {}
    assert cloud.service._store._db.execute("SELECT count(*) FROM events").fetchone() == (0,)


async def test_a_feed_that_fails_is_followed_again(cloud, endpoint, caplog):
    await cloud.trigger(endpoint.url())
    changes_after, failures = cloud.feed.changes_after, []

    def fails_once(position, limit):
        if limit > 1 and not failures:
            failures.append(position)
            raise OSError("disk")
        return changes_after(position, limit)

    cloud.feed.changes_after = fails_once
    cloud.feed.write()
    await until(lambda: endpoint.requests)
    assert "a change feed failed" in caplog.text


async def test_each_change_is_delivered_by_itself_and_once(cloud, endpoint):
    await cloud.trigger(endpoint.url())
    for number in range(20):
        cloud.feed.write()
        await until(lambda number=number: len(endpoint.requests) > number)
    assert len(endpoint.requests) == 20
