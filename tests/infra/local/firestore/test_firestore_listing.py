import asyncio

from google.cloud.firestore_v1.types import BatchWriteRequest, BatchWriteResponse


async def test_collection_ids_are_listed_under_the_root_and_under_a_document(local_db):
    for path in ("users/u/posts/p", "users/u/likes/l/by/b", "teams/t"):
        await local_db.document(path).set({})
    assert [c.id async for c in local_db.collections()] == ["teams", "users"]
    assert [c.id async for c in local_db.document("users/u").collections()] == ["likes", "posts"]


async def test_a_collection_without_documents_is_not_listed(local_db):
    await local_db.document("users/u").set({})
    await local_db.document("users/u").delete()
    assert [c.id async for c in local_db.collections()] == []


async def test_documents_are_listed_in_pages_with_the_missing_ones_that_hold_others(local_db):
    for path in ("users/a", "users/b/posts/p", "users/c"):
        await local_db.document(path).set({"n": 1})
    listed = [d.id async for d in local_db.collection("users").list_documents(page_size=2)]
    assert listed == ["a", "b", "c"]


async def test_recursive_deletion_reaches_every_level(sync_db):
    def use():
        for path in ("users/a", "users/a/posts/p", "users/a/posts/p/likes/l", "users/b", "other/o"):
            sync_db.document(path).set({})
        sync_db.recursive_delete(sync_db.collection("users"))
        return [collection.id for collection in sync_db.collections()]

    assert await asyncio.to_thread(use) == ["other"]


async def test_in_a_batch_write_each_write_stands_for_itself(local_db, project):
    root = f"projects/{project}/databases/(default)"
    request = BatchWriteRequest(
        database=root,
        writes=[
            {"update": {"name": f"{root}/documents/things/a"}, "current_document": {"exists": True}},
            {"update": {"name": f"{root}/documents/things/b"}},
        ],
    )
    response: BatchWriteResponse = await local_db._firestore_api.batch_write(request)
    assert [status.code for status in response.status] == [5, 0]
    assert (await local_db.document("things/b").get()).exists


async def test_the_bulk_writer_writes_all_its_documents(sync_db):
    def write():
        bulk = sync_db.bulk_writer()
        for number in range(50):
            bulk.set(sync_db.document(f"bulk/b{number}"), {"n": number})
        bulk.close()
        return sync_db.collection("bulk").count().get()[0][0].value

    assert await asyncio.to_thread(write) == 50
