import asyncio

import pytest
from google.api_core import exceptions
from google.cloud.firestore_v1.base_query import And, FieldFilter, Or


@pytest.fixture
async def people(db):
    batch = db.batch()
    for number in range(30):
        batch.set(
            db.document(f"people/p{number:02}"),
            {"n": number, "team": "red" if number % 3 else "blue", "tags": [number % 4, "all"], "m": {"k": number % 5}},
        )
    await batch.commit()
    return db.collection("people")


async def ids(query):
    return [int(snapshot.id[1:]) async for snapshot in query.stream()]


async def test_equalities_are_combined(people):
    query = people.where(filter=FieldFilter("team", "==", "blue")).where(filter=FieldFilter("m.k", "==", 0))
    assert await ids(query) == [0, 15]


async def test_a_range_comes_in_order_and_stops_at_the_limit(people):
    query = people.where(filter=FieldFilter("n", ">=", 10)).where(filter=FieldFilter("n", "<", 20)).limit(3)
    assert await ids(query) == [10, 11, 12]
    assert await ids(query.order_by("n", direction="DESCENDING")) == [19, 18, 17]


async def test_order_by_several_fields_breaks_ties_in_their_directions(people):
    query = people.order_by("m.k").order_by("n", direction="DESCENDING").limit(8)
    assert await ids(query) == [25, 20, 15, 10, 5, 0, 26, 21]


async def test_an_equality_with_an_order_on_another_field(people):
    query = people.where(filter=FieldFilter("team", "==", "blue")).order_by("n", direction="DESCENDING").limit(3)
    assert await ids(query) == [27, 24, 21]


async def test_array_filters_and_alternatives(people):
    assert await ids(people.where(filter=FieldFilter("tags", "array_contains", 3)).limit(3)) == [3, 7, 11]
    assert await ids(people.where(filter=FieldFilter("tags", "array_contains_any", [2, 3])).limit(4)) == [2, 3, 6, 7]
    assert await ids(people.where(filter=FieldFilter("n", "in", [5, 3, 99]))) == [3, 5]
    assert await ids(people.where(filter=FieldFilter("m.k", "not-in", [0, 1, 2, 3])).limit(2)) == [4, 9]
    assert await ids(people.where(filter=FieldFilter("team", "!=", "red")).limit(2)) == [0, 3]


async def test_composite_filters_nest(people):
    small_and_blue = And([FieldFilter("n", "<", 5), FieldFilter("team", "==", "blue")])
    query = people.where(filter=Or([small_and_blue, FieldFilter("n", "==", 28)]))
    assert await ids(query) == [0, 3, 28]


async def test_cursors_page_through_an_order(people):
    ordered = people.order_by("m.k").order_by("n")
    seen, last = [], None
    while page := await (ordered.start_after(last) if last else ordered).limit(7).get():
        seen += [snapshot.get("n") for snapshot in page]
        last = page[-1]
    assert seen == sorted(range(30), key=lambda n: (n % 5, n))
    assert await ids(people.order_by("n").start_at({"n": 3}).end_before({"n": 6})) == [3, 4, 5]
    last = await people.order_by("n").limit_to_last(2).get()
    assert [snapshot.get("n") for snapshot in last] == [28, 29]


async def test_cursors_page_through_the_names(people):
    seen, last = [], None
    while page := await (people.start_after(last) if last else people).limit(8).get():
        seen += [snapshot.get("n") for snapshot in page]
        last = page[-1]
    assert seen == list(range(30))


async def test_offset_and_projection(people):
    found = await people.order_by("n").offset(28).select(["m.k"]).get()
    assert [snapshot.to_dict() for snapshot in found] == [{"m": {"k": 3}}, {"m": {"k": 4}}]


async def test_a_collection_group_is_read_across_parents(db):
    for path in ("a/1/parts/x", "a/2/parts/y", "parts/z", "a/1/parts/x/parts/w", "a/1/others/v"):
        await db.document(path).set({"n": 1})
    found = await db.collection_group("parts").get()
    paths = [snapshot.reference.path for snapshot in found]
    assert paths == ["a/1/parts/x", "a/1/parts/x/parts/w", "a/2/parts/y", "parts/z"]
    query = db.collection_group("parts").where(filter=FieldFilter("n", "==", 1)).order_by("n").limit(2)
    assert [snapshot.reference.path for snapshot in await query.get()] == paths[:2]


async def test_partitions_cover_a_collection_group(local_db):
    db = local_db
    batch = db.batch()
    for number in range(20):
        batch.set(db.document(f"owners/o{number:02}/parts/p"), {"n": number})
    await batch.commit()
    seen = []
    async for partition in db.collection_group("parts").get_partitions(4):
        seen += [snapshot.get("n") async for snapshot in partition.query().stream()]
    assert seen == list(range(20))


async def test_aggregations(people):
    query = people.where(filter=FieldFilter("team", "==", "blue"))
    results = await query.count(alias="count").sum("n", alias="sum").avg("n", alias="avg").get()
    assert {result.alias: result.value for result in results[0]} == {"count": 10, "sum": 135, "avg": 13.5}


async def test_a_query_leads_to_documents_as_they_are_now(people):
    await people.document("p00").update({"team": "green", "tags": []})
    await people.document("p03").delete()
    assert await ids(people.where(filter=FieldFilter("team", "==", "blue")).limit(2)) == [6, 9]
    assert await ids(people.where(filter=FieldFilter("team", "==", "green"))) == [0]
    assert await ids(people.where(filter=FieldFilter("tags", "array_contains", 0)).limit(1)) == [4]


async def test_values_longer_than_the_index_keeps_are_ordered_whole(db):
    for letter in "bac":
        await db.document(f"long/{letter}").set({"text": "x" * 2000 + letter})
    ordered = db.collection("long").order_by("text")
    assert [s.id for s in await ordered.get()] == ["a", "b", "c"]
    assert [s.id for s in await ordered.limit(1).get()] == ["a"]
    assert [s.id for s in await db.collection("long").where(filter=FieldFilter("text", ">", "x")).get()] == list("abc")


@pytest.mark.parametrize(
    "build",
    [
        lambda c: c.where(filter=FieldFilter("n", "in", list(range(31)))),
        lambda c: c.where(filter=FieldFilter("n", "!=", 1)).where(filter=FieldFilter("m", "!=", 1)),
        lambda c: c.where(filter=FieldFilter("n", "in", [1])).where(filter=FieldFilter("m", "not-in", [1])),
        lambda c: c.order_by("n").order_by("n"),
        lambda c: c.limit(-1),
        lambda c: c.where(filter=FieldFilter("n", "==", "x" * 1501)),
    ],
)
async def test_a_query_that_firestore_refuses_is_refused(db, build):
    with pytest.raises(exceptions.InvalidArgument):
        await build(db.collection("people")).get()


async def test_the_synchronous_client_is_served_as_well(sync_db):
    def use():
        batch = sync_db.batch()
        for number in range(3):
            batch.set(sync_db.document(f"people/p{number}"), {"n": number})
        batch.commit()
        return [snapshot.id for snapshot in sync_db.collection("people").order_by("n", direction="DESCENDING").stream()]

    assert await asyncio.to_thread(use) == ["p2", "p1", "p0"]
