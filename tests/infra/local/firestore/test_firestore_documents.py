import datetime

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore_v1.vector import Vector

EVERYTHING = {
    "null": None,
    "flag": True,
    "integer": 2**62,
    "double": 1.5,
    "at": datetime.datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=datetime.UTC),
    "text": "Zürich \x00 🙂",
    "bytes": b"\x00\xff",
    "place": firestore.GeoPoint(47.4, 8.5),
    "list": [1, "a", {"b": [2]}],
    "map": {"a.b": {"c`d": 1}, "empty": []},
    "vector": Vector([1.0, 2.0]),
}


async def test_every_kind_of_value_comes_back_as_it_was_set(db):
    document = db.document("things/everything")
    await document.set(EVERYTHING | {"ref": db.document("things/other")})
    read = (await document.get()).to_dict()
    assert read.pop("ref").path == "things/other"
    assert read == EVERYTHING


async def test_a_missing_document_is_read_as_missing(db):
    assert not (await db.document("things/none").get()).exists


async def test_create_refuses_an_existing_document(db):
    await db.document("things/a").create({"n": 1})
    with pytest.raises(exceptions.AlreadyExists):
        await db.document("things/a").create({"n": 2})
    assert (await db.document("things/a").get()).to_dict() == {"n": 1}


async def test_update_refuses_a_missing_document(db):
    with pytest.raises(exceptions.NotFound):
        await db.document("things/none").update({"n": 1})


async def test_update_touches_only_the_named_fields(db):
    document = db.document("things/a")
    await document.set({"a": {"b": 1, "c": 2}, "d": 3, "e": 4})
    await document.update({"a.b": 5, "d": firestore.DELETE_FIELD})
    assert (await document.get()).to_dict() == {"a": {"b": 5, "c": 2}, "e": 4}


async def test_set_with_merge_keeps_what_it_does_not_name(db):
    document = db.document("things/a")
    await document.set({"a": {"b": 1}, "d": 3})
    await document.set({"a": {"c": 2}}, merge=True)
    assert (await document.get()).to_dict() == {"a": {"b": 1, "c": 2}, "d": 3}


async def test_an_update_time_that_has_passed_fails_the_precondition(db):
    document = db.document("things/a")
    first = await document.set({"n": 1})
    await document.set({"n": 2})
    option = db.write_option(last_update_time=first.update_time)
    with pytest.raises(exceptions.FailedPrecondition):
        await document.update({"n": 3}, option=option)
    await document.update({"n": 3}, option=db.write_option(last_update_time=(await document.get()).update_time))


async def test_update_times_grow_with_every_change_and_stay_without_one(db):
    document = db.document("things/a")
    times = [(await document.set({"n": n})).update_time for n in range(20)]
    assert times == sorted(set(times))
    assert (await document.set({"n": 19})).update_time == times[-1]
    assert (await document.get()).create_time == times[0]


async def test_a_batch_is_written_whole_or_not_at_all(db):
    batch = db.batch()
    batch.set(db.document("things/a"), {"n": 1})
    batch.update(db.document("things/none"), {"n": 1})
    with pytest.raises(exceptions.NotFound):
        await batch.commit()
    assert not (await db.document("things/a").get()).exists


async def test_transforms_are_applied_by_the_server(db):
    document = db.document("things/a")
    await document.set({"n": 1, "high": 5, "low": 5, "list": [1, 2, 3], "text": "x"})
    await document.update(
        {
            "n": firestore.Increment(2),
            "text": firestore.Increment(1.5),
            "high": firestore.Maximum(9),
            "low": firestore.Minimum(7),
            "list": firestore.ArrayUnion([3.0, 4]),
            "at": firestore.SERVER_TIMESTAMP,
        }
    )
    read = (await document.get()).to_dict()
    at = read.pop("at")
    assert abs(at - datetime.datetime.now(datetime.UTC)) < datetime.timedelta(minutes=1)
    assert read == {"n": 3, "high": 9, "low": 5, "list": [1, 2, 3, 4], "text": 1.5}
    await document.update({"list": firestore.ArrayRemove([1, 4]), "n": firestore.Increment(2**63 - 1)})
    assert (await document.get()).to_dict() == {**read, "at": at, "list": [2, 3], "n": 2**63 - 1}


async def test_several_documents_are_read_at_once_with_a_mask(db):
    await db.document("things/a").set({"n": 1, "m": {"x": 1, "y": 2}})
    asked = [db.document("things/a"), db.document("things/none")]
    found = {s.id: s.to_dict() async for s in db.get_all(asked, field_paths=["m.x"])}
    assert found == {"a": {"m": {"x": 1}}, "none": None}


async def test_collections_and_their_documents_are_listed(db, host):
    await db.document("things/a/parts/p").set({})
    await db.document("things/b").set({})
    await db.document("other/c").set({})
    assert sorted([d.id async for d in db.collection("things").list_documents(page_size=1)]) == ["a", "b"]


@pytest.mark.parametrize("path", ["things/.", "things/..", "things/__x__", "things/" + "x" * 1501, "__x__/a"])
async def test_an_illegal_id_is_refused(db, path):
    with pytest.raises(exceptions.InvalidArgument):
        await db.document(path).set({})


async def test_a_document_over_a_mebibyte_is_refused(db):
    with pytest.raises(exceptions.InvalidArgument):
        await db.document("things/large").set({"a": "x" * 600_000, "b": "x" * 600_000})
    await db.document("things/large").set({"a": "x" * 500_000, "b": "x" * 500_000})


async def test_a_reserved_field_name_and_an_array_in_an_array_are_refused(db):
    with pytest.raises(exceptions.InvalidArgument):
        await db.document("things/a").set({"__x__": 1})
    with pytest.raises(exceptions.InvalidArgument):
        await db.document("things/a").set({"x": [[1]]})


async def test_databases_and_projects_do_not_see_each_other(db, host, project):
    await db.document("things/a").set({"n": 1})
    other = firestore.AsyncClient(project=project, database="second")
    assert not (await other.document("things/a").get()).exists
    await other._firestore_api.transport.close()
