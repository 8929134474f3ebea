import asyncio
import uuid

import pytest
from google.cloud import firestore
from google.events.cloud.firestore_v1 import DocumentEventData

from infra.local.firestore import FirestoreService
from infra.local.firestore.patterns import compile_pattern
from tests.infra.local.firestore.server import LocalFirestore


def read(change):
    return DocumentEventData.deserialize(change.data)


async def test_a_life_of_a_document_is_told_as_created_updated_deleted(local, local_db, project):
    local.service.watch(["users/{user}"])
    document = local_db.document("users/u1")
    await document.set({"name": "Ada", "address": {"city": "London", "zip": "N1"}})
    await document.update({"address.city": "Paris", "odd name": 1})
    await document.delete()
    created, updated, deleted = local.service.changes.changes_after(0, 10)
    prefix = "google.cloud.firestore.document.v1."
    assert [c.attributes["type"] for c in (created, updated, deleted)] == [
        prefix + "created",
        prefix + "updated",
        prefix + "deleted",
    ]
    assert read(created).value.fields["name"].string_value == "Ada"
    assert "old_value" not in read(created)
    assert read(updated).old_value.fields["address"].map_value.fields["city"].string_value == "London"
    assert read(updated).value.fields["address"].map_value.fields["city"].string_value == "Paris"
    assert list(read(updated).update_mask.field_paths) == ["address.city", "`odd name`"]
    assert "value" not in read(deleted)
    assert read(deleted).old_value.name == f"projects/{project}/databases/(default)/documents/users/u1"


async def test_the_attributes_are_those_that_google_sends(local, local_db, project):
    local.service.watch(["users/*"])
    result = await local_db.document("users/u1").set({"n": 1})
    (change,) = local.service.changes.changes_after(0, 10)
    attributes = dict(change.attributes)
    uuid.UUID(attributes.pop("id"))
    assert change.content_type == "application/protobuf"
    assert attributes == {
        "specversion": "1.0",
        "type": "google.cloud.firestore.document.v1.created",
        "source": f"//firestore.googleapis.com/projects/{project}/databases/(default)",
        "subject": "documents/users/u1",
        "time": result.update_time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "document": "users/u1",
        "project": project,
        "database": "(default)",
        "namespace": "(default)",
        "location": "nam5",
    }


async def test_unwatched_documents_and_writes_without_effect_are_not_told(local, local_db):
    local.service.watch(["users/{user}"])
    await local_db.document("teams/t1").set({"n": 1})
    await local_db.document("users/u1/posts/p").set({"n": 1})
    await local_db.document("users/u1").set({"n": 1})
    await local_db.document("users/u1").set({"n": 1})
    await local_db.document("users/u2").delete()
    assert [c.attributes["document"] for c in local.service.changes.changes_after(0, 10)] == ["users/u1"]


async def test_a_commit_that_fails_tells_nothing(local, local_db):
    local.service.watch(["**"])
    batch = local_db.batch()
    batch.set(local_db.document("users/u1"), {"n": 1})
    batch.update(local_db.document("users/none"), {"n": 1})
    with pytest.raises(Exception, match="No document to update"):
        await batch.commit()
    assert not local.service.changes.changes_after(0, 10)


async def test_positions_grow_past_what_was_forgotten_and_waiters_wake(local, local_db):
    feed = local.service.changes
    local.service.watch(["users/*"])
    waiter = asyncio.ensure_future(feed.wait_beyond(0))
    await local_db.document("users/u1").set({"n": 1})
    await asyncio.wait_for(waiter, 5)
    (first,) = feed.changes_after(0, 10)
    feed.forget(first.position)
    assert not feed.changes_after(0, 10)
    await local_db.document("users/u1").set({"n": 2})
    assert feed.changes_after(0, 10)[0].position > first.position
    await asyncio.wait_for(feed.wait_beyond(first.position), 5)


async def test_watched_patterns_and_untaken_changes_outlive_the_service(tmp_path, monkeypatch, project):
    seen = []
    for number in range(2):
        server = await LocalFirestore.start(FirestoreService(tmp_path))
        if number == 0:
            server.service.watch(["users/*"])
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", server.host)
        client = firestore.AsyncClient(project=project)
        await client.document(f"users/u{number}").set({"n": number})
        await client._firestore_api.transport.close()
        seen = [c.attributes["document"] for c in server.service.changes.changes_after(0, 10)]
        await server.stop()
    assert seen == ["users/u0", "users/u1"]


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("tenants/{t}/events/{e}", "tenants/a/events/b", True),
        ("tenants/{t}/events/{e}", "tenants/a/events/b/c/d", False),
        ("tenants/*/events/*", "tenants/a/events/b", True),
        ("tenants/{t=**}", "tenants/a/events/b", True),
        ("**", "anything/at/all/here", True),
        ("users/a*", "users/abc", True),
        ("users/a.c", "users/abc", False),
        ("users/{u=*}", "users/abc", True),
    ],
)
def test_path_patterns_match_as_eventarcs_do(pattern, path, matches):
    assert bool(compile_pattern(pattern).fullmatch(path)) is matches
