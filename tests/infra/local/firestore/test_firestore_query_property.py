"""Random queries against a model that looks at every document, one by one, with Google's own comparison."""

import functools
import itertools
import math

import pytest
from google.cloud.firestore_v1._helpers import encode_value
from google.cloud.firestore_v1.base_query import FieldFilter, Or
from google.cloud.firestore_v1.order import Order, TypeOrder
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from infra.local.firestore import plan

VALUES = [None, False, True, math.nan, -1, 0, 0.0, 1, 1.5, 2, "", "a", "b", b"a", [], [1], [1, "a"], {}, {"k": 1}]
FIELDS = ["x", "y", "m.k"]
MISSING = object()

values = st.sampled_from(VALUES)
# The client sends null and NaN in unary operators, and in no other comparison.
defined = st.sampled_from([value for value in VALUES if not (value is None or value != value)])
equalities = st.tuples(st.sampled_from(FIELDS), st.just("=="), values)
comparisons = st.tuples(st.sampled_from(FIELDS), st.sampled_from(["==", "<", "<=", ">", ">="]), defined)
memberships = st.tuples(st.sampled_from(FIELDS), st.just("in"), st.lists(values, min_size=1, max_size=3))
containments = st.tuples(st.sampled_from(FIELDS), st.just("array_contains"), defined)
negations = st.tuples(st.sampled_from(FIELDS), st.just("!="), values)
predicates = st.one_of(comparisons, equalities, memberships)
orders = st.lists(
    st.tuples(st.sampled_from(FIELDS), st.sampled_from(["ASCENDING", "DESCENDING"])),
    max_size=2,
    unique_by=lambda o: o[0],
)


@st.composite
def questions(draw):
    """Conjoined filters, perhaps an alternative beside them, an order and a limit."""
    conjoined = draw(st.lists(predicates, max_size=2)) + draw(st.lists(st.one_of(containments, negations), max_size=1))
    alternative = draw(st.lists(predicates, min_size=2, max_size=2)) if draw(st.booleans()) else []
    return conjoined, alternative, draw(orders), draw(st.sampled_from([None, 1, 3]))


def documents():
    """Every pair of values, and some documents without a field."""
    for number, (x, y) in enumerate(itertools.product(VALUES, [*VALUES[::4], MISSING])):
        fields = {"x": x, "m": {"k": VALUES[number % len(VALUES)]}}
        yield f"d{number:03}", fields if y is MISSING else {**fields, "y": y}


DOCUMENTS = dict(documents())


def read(fields, path):
    for name in path.split("."):
        if not isinstance(fields, dict) or name not in fields:
            return MISSING
        fields = fields[name]
    return fields


def compare(left, right):
    return Order.compare(encode_value(left), encode_value(right))


def undefined(value):
    return value is None or value != value


def holds(fields, predicate):
    path, operator, operand = predicate
    value = read(fields, path)
    if value is MISSING:
        return False
    if operator == "in":
        return any(holds(fields, (path, "==", each)) for each in operand if not undefined(each))
    if operator == "array_contains":
        return not undefined(operand) and isinstance(value, list) and any(compare(each, operand) == 0 for each in value)
    if operator == "==" and undefined(operand):
        return compare(value, operand) == 0
    if operator == "!=":
        return value is not None and compare(value, operand) != 0
    if undefined(operand) or undefined(value):
        return False
    if TypeOrder.from_value(encode_value(value)) != TypeOrder.from_value(encode_value(operand)):
        return False
    sign = compare(value, operand)
    return {"==": sign == 0, "<": sign < 0, "<=": sign <= 0, ">": sign > 0, ">=": sign >= 0}[operator]


def expected(conjoined, alternative, order, limit):
    filters = [*conjoined, *alternative]
    unequal = sorted({path for path, operator, _ in filters if operator in ("<", "<=", ">", ">=", "!=")})
    last = order[-1][1] if order else "ASCENDING"
    order = [*order, *((path, last) for path in unequal if path not in dict(order))]

    def by_order(left, right):
        for path, way in order:
            if sign := compare(read(DOCUMENTS[left], path), read(DOCUMENTS[right], path)):
                return sign if way == "ASCENDING" else -sign
        sign = (left > right) - (left < right)
        return sign if last == "ASCENDING" else -sign

    found = [
        name
        for name, fields in DOCUMENTS.items()
        if all(holds(fields, predicate) for predicate in conjoined)
        and (not alternative or any(holds(fields, predicate) for predicate in alternative))
        and all(read(fields, path) is not MISSING for path, _ in order)
    ]
    return sorted(found, key=functools.cmp_to_key(by_order))[:limit]


def built(collection, conjoined, alternative, order, limit):
    query = collection
    for predicate in conjoined:
        query = query.where(filter=FieldFilter(*predicate))
    if alternative:
        query = query.where(filter=Or([FieldFilter(*predicate) for predicate in alternative]))
    for path, way in order:
        query = query.order_by(path, direction=way)
    return query if limit is None else query.limit(limit)


def disjunctions(conjoined, alternative):
    """How many conjunctions Firestore multiplies the filter out to; it takes at most 30."""
    sizes = [len(operand) for _, operator, operand in conjoined if operator == "in"]
    either = sum(len(operand) if operator == "in" else 1 for _, operator, operand in alternative)
    return math.prod(sizes) * (either or 1)


@pytest.mark.parametrize("small", [256, 1], ids=["what is few is sorted", "the order's index is walked"])
async def test_queries_find_what_looking_at_every_document_finds(db, monkeypatch, small):
    monkeypatch.setattr(plan, "_SMALL", small)
    batch = db.batch()
    for name, fields in DOCUMENTS.items():
        batch.set(db.document(f"things/{name}"), fields)
    await batch.commit()
    asked = []

    @settings(max_examples=120, deadline=None, database=None)
    @given(questions())
    def collect(question):
        assume(disjunctions(*question[:2]) <= 30)
        asked.append(question)

    collect()
    for question in asked:
        found = await built(db.collection("things"), *question).get()
        assert [snapshot.id for snapshot in found] == expected(*question), question
