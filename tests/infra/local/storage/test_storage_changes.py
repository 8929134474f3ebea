"""The events of objects, as Eventarc reads them."""

from __future__ import annotations

import asyncio
import json


def changes(running, position: int = -1):
    async def read():
        return running.service.changes.changes_after(position, 10)

    return running.run(read())


def test_each_write_is_logged_as_googles_event(running, bucket):
    blob = bucket.blob("in/a b.csv")
    blob.upload_from_string("1,2", content_type="text/csv")
    (change,) = changes(running)
    attributes = change.attributes
    assert attributes["type"] == "google.cloud.storage.object.v1.finalized"
    assert attributes["source"] == "//storage.googleapis.com/projects/_/buckets/files"
    assert (attributes["subject"], attributes["bucket"]) == ("objects/in/a b.csv", "files")
    body = json.loads(change.data)
    assert (body["name"], body["size"], body["contentType"]) == ("in/a b.csv", "3", "text/csv")
    assert body["generation"] == str(blob.generation)


def test_overwriting_patching_and_deleting_are_told_in_order(running, bucket):
    blob = bucket.blob("x")
    blob.upload_from_string("1")
    blob.upload_from_string("2")
    blob.metadata = {"k": "v"}
    blob.patch()
    blob.delete()
    types = [change.attributes["type"].rsplit(".", 1)[1] for change in changes(running)]
    assert types == ["finalized", "deleted", "finalized", "metadataUpdated", "deleted"]


def test_a_refused_write_tells_nothing(running, bucket):
    bucket.blob("x").upload_from_string("1")
    before = len(changes(running))
    running.run(_quietly_refused(bucket))
    assert len(changes(running)) == before


async def _quietly_refused(bucket) -> None:
    from google.api_core import exceptions

    try:
        await asyncio.to_thread(bucket.blob("x").upload_from_string, "2", if_generation_match=0)
    except exceptions.PreconditionFailed:
        return
    raise AssertionError("the precondition was not checked")


def test_a_reader_is_woken_by_a_change_and_not_by_forgotten_ones(running, bucket):
    feed = running.service.changes
    bucket.blob("x").upload_from_string("1")
    position = changes(running)[0].position

    async def waits_until_written() -> bool:
        feed.forget(position)
        waiting = asyncio.create_task(feed.wait_beyond(-1))
        restarted = asyncio.create_task(feed.wait_beyond(position))
        await asyncio.sleep(0)
        early = restarted.done()
        await asyncio.to_thread(bucket.blob("y").upload_from_string, "2")
        await asyncio.gather(waiting, restarted)
        return early

    assert running.run(waits_until_written()) is False
    assert [change.attributes["subject"] for change in changes(running, position)] == ["objects/y"]
