import asyncio

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1.base_query import FieldFilter

from tests.infra.local.firestore.server import LocalFirestore


def increment_ten_times(client):
    counter = client.document("counters/c")

    @firestore.transactional
    def increment(transaction):
        count = counter.get(transaction=transaction).get("n")
        transaction.update(counter, {"n": count + 1})

    for _ in range(10):
        increment(client.transaction())


async def test_four_threads_incrementing_one_document_lose_nothing(local, project, monkeypatch):
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", local.host)
    client = firestore.Client(project=project)
    await asyncio.to_thread(client.document("counters/c").set, {"n": 0})
    await asyncio.wait_for(asyncio.gather(*[asyncio.to_thread(increment_ten_times, client) for _ in range(4)]), 10)
    assert (await asyncio.to_thread(client.document("counters/c").get)).get("n") == 40
    client.close()


async def test_transfers_in_opposite_directions_end_without_a_deadlock(local_db):
    db = local_db
    accounts = [db.document(f"accounts/{name}") for name in "abc"]
    for account in accounts:
        await account.set({"n": 100})

    @firestore.async_transactional
    async def transfer(transaction, source, target):
        there = (await source.get(transaction=transaction)).get("n")
        here = (await target.get(transaction=transaction)).get("n")
        transaction.update(source, {"n": there - 1})
        transaction.update(target, {"n": here + 1})

    async def transfers(source, target):
        for _ in range(5):
            await transfer(db.transaction(max_attempts=20), source, target)

    pairs = [(a, b) for a in accounts for b in accounts if a is not b]
    await asyncio.wait_for(asyncio.gather(*[transfers(*pair) for pair in pairs]), 20)
    assert sum([(await account.get()).get("n") for account in accounts]) == 300


async def test_a_document_that_a_query_would_have_found_aborts_the_commit(local_db):
    db = local_db
    tasks = db.collection("tasks").where(filter=FieldFilter("open", "==", True))
    attempts = []

    @firestore.async_transactional
    async def count(transaction):
        found = [snapshot.id async for snapshot in tasks.stream(transaction=transaction)]
        attempts.append(len(found))
        if len(attempts) == 1:
            await db.document("tasks/new").set({"open": True})
        transaction.set(db.document("totals/t"), {"n": len(found)})

    await count(db.transaction())
    assert attempts == [0, 1]
    assert (await db.document("totals/t").get()).get("n") == 1


async def test_what_a_transaction_read_is_not_changed_before_it_commits(local_db):
    db = local_db
    document = db.document("things/a")
    await document.set({"n": 1})
    transaction = db.transaction()
    await transaction._begin()
    await document.get(transaction=transaction)
    outside = asyncio.ensure_future(document.set({"n": 2}))
    transaction.update(document, {"n": 10})
    await transaction._commit()
    await outside
    assert (await document.get()).get("n") == 2


async def test_a_failed_transaction_can_be_rolled_back_and_is_over(db):
    @firestore.async_transactional
    async def fail(transaction):
        transaction.update(db.document("things/none"), {"n": 1})

    with pytest.raises(exceptions.NotFound):
        await fail(db.transaction())
    await db.document("things/none").set({})


async def test_a_read_only_transaction_sees_one_state_throughout(local_db):
    db = local_db
    document = db.document("things/a")
    await document.set({"n": 1})
    transaction = db.transaction(read_only=True)
    await transaction._begin()
    assert (await document.get(transaction=transaction)).get("n") == 1
    await document.set({"n": 2})
    assert (await document.get(transaction=transaction)).get("n") == 1
    assert [s.get("n") async for s in db.collection("things").stream(transaction=transaction)] == [1]
    await transaction._rollback()
    assert (await document.get()).get("n") == 2


async def test_an_abandoned_transaction_frees_its_documents_when_it_expires(local: LocalFirestore, local_db):
    document = local_db.document("things/a")
    await document.set({"n": 1})
    abandoned = local_db.transaction()
    await abandoned._begin()
    await document.get(transaction=abandoned)
    for _ in range(50):
        await local.clock.advance(1)
    write = asyncio.ensure_future(document.set({"n": 2}))
    for _ in range(15):
        await asyncio.wait([write], timeout=0.02)
        await local.clock.advance(1)
    await write
    abandoned.update(document, {"n": 3})
    with pytest.raises(exceptions.InvalidArgument):
        await abandoned._commit()


async def test_a_write_that_waits_too_long_for_a_lock_is_aborted(local: LocalFirestore, local_db):
    document = local_db.document("things/a")
    await document.set({"n": 1})
    holder = local_db.transaction()
    await holder._begin()
    await document.get(transaction=holder)
    write = asyncio.ensure_future(document.set({"n": 2}))
    for _ in range(25):
        await asyncio.wait([write], timeout=0.02)
        await local.clock.advance(1)
    with pytest.raises(exceptions.Aborted):
        await write
    holder.update(document, {"n": 3})
    await holder._commit()
    assert (await document.get()).get("n") == 3
