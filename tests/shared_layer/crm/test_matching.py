"""Which records are one: the figures that duplicates are found with, and the properties that they rest on."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_layer.crm.matching.clustering import CANNOT, clusters
from shared_layer.crm.matching.companies import Rarity, company_likeness
from shared_layer.crm.matching.deduplication import candidates, deduplicate
from shared_layer.crm.matching.keys import MOST
from shared_layer.crm.matching.record import Record, record
from shared_layer.crm.matching.scoring import score
from shared_layer.crm.matching.texts import alike, sound
from tests.bench.crm_duplicates.companies import companies
from tests.bench.crm_duplicates.febrl import DataSet, made
from tests.bench.crm_duplicates.truth import Labelled, labelled, read

DATA = Path(__file__).parents[2] / "data" / "contacts"


def pair_f1(known: Labelled) -> float:
    found = deduplicate(known.records).pairs()
    return 2 * len(found & known.truth) / (len(found) + len(known.truth))


@pytest.mark.parametrize(("file", "least"), [("persons.csv", 0.99), ("companies.csv", 0.95)])
def test_pairs_are_found_after_clustering(file: str, least: float) -> None:
    known = read(DATA / file, {}, None)
    assert pair_f1(known) >= least
    assert len(candidates(known.records) & known.truth) >= 0.99 * len(known.truth)


@pytest.mark.parametrize(
    ("name", "rows", "least"),
    [
        ("as FEBRL 3", lambda: made(DataSet("a tenth of 3", {5: 18, 4: 18, 3: 19, 2: 23, 1: 34, 0: 87}, 4, 6)), 0.985),
        ("as FEBRL 4", lambda: made(DataSet("a tenth of 4", {1: 500}, 2, 4)), 0.99),
        ("companies", lambda: companies(count=200)["companies, other noise"], 0.97),
        ("companies without an address", lambda: companies(count=200)["companies, few addresses"], 0.83),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_pairs_are_found_in_sets_that_nothing_was_fitted_to(
    name: str, rows: Callable[[], list[dict[str, str]]], least: float
) -> None:
    assert pair_f1(labelled(rows(), {}, None, name)) >= least


def test_the_order_of_the_records_does_not_matter() -> None:
    known = read(DATA / "persons.csv", {}, None)
    places = list(range(len(known.records)))
    random.Random(3).shuffle(places)
    shuffled = deduplicate([known.records[place] for place in places])
    groups = {frozenset(places[position] for position in group) for group in shuffled.groups}
    assert groups == {frozenset(group) for group in deduplicate(known.records).groups}


def test_a_block_that_everybody_shares_costs_nothing() -> None:
    crowd = [record(str(number), company="Acme", city="Springfield") for number in range(MOST + 1)]
    assert candidates(crowd) == set()
    few = [record(str(number), given="Ann", family=f"F{number}", born="1970-01-01") for number in range(3)]
    assert len(candidates(few)) == 3


PERSON = record("1", given="Matilda", family="Harrington", street="12 Kangaroo Road", city="Bendigo", born="1970-03-01")


@pytest.mark.parametrize(
    "changes",
    [
        {"given": "Harrington", "family": "Matilda"},
        {"family": "Harington"},
        {"family": "Harrlngton"},
        {"given": "Mathilda", "family": "Harringtin"},
        {"street": "12 Kangaroo Rd.", "city": "Ben digo"},
        {"born": "1970-01-03"},
        {"born": "", "city": ""},
        {"given": "", "street": "12 Kangaroo Rd"},
    ],
    ids=["swapped", "a letter less", "scanned", "heard", "split", "day and month", "missing", "no given name"],
)
def test_one_person_is_known_through_errors(changes: dict[str, str]) -> None:
    fields = {"given": "Matilda", "family": "Harrington", "street": "12 Kangaroo Road", "city": "Bendigo"}
    other = record("2", **(fields | {"born": "1970-03-01"} | changes))
    found = score(PERSON, other)
    assert found.probability > 0.9
    assert found.reasons[0].weight > 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            {"given": "Ann", "family": "Smith", "company": "Acme"},
            {"given": "Bob", "family": "Smith", "company": "Acme"},
        ),
        ({"given": "Ann", "family": "Smith"}, {"given": "Ann", "family": "Smith"}),
        (
            {"company": "Grace Child Care", "street": "1 N Ogden"},
            {"company": "Grace Child Care", "street": "77 W Lake"},
        ),
    ],
    ids=["brothers", "a common name alone", "two sites"],
)
def test_a_likeness_is_no_identity(one: dict[str, str], other: dict[str, str]) -> None:
    assert score(record("1", **one), record("2", **other)).weight < 2


ANYONE = st.builds(
    lambda given, family, city, born: record("x", given=given, family=family, city=city, born=born),
    *[st.text("abcé -'", max_size=8) for _ in range(3)],
    st.sampled_from(["", "1970-03-01", "1971-03-01"]),
)


@settings(max_examples=200, deadline=None)
@given(one=ANYONE, other=ANYONE)
def test_a_score_is_the_same_from_both_sides_and_no_higher_than_with_itself(one: Record, other: Record) -> None:
    assert score(one, other).weight == pytest.approx(score(other, one).weight)
    assert 0.0 <= score(one, other).probability <= 1.0


@settings(max_examples=200, deadline=None)
@given(one=st.text("abcdeé 01", max_size=12), other=st.text("abcdeé 01", max_size=12))
def test_likeness_of_texts_is_symmetric_and_whole_for_the_same(one: str, other: str) -> None:
    assert alike(one, other) == alike(other, one)
    assert alike(one, one) == 1.0


@pytest.mark.parametrize(
    ("one", "other"), [("Philip", "Filip"), ("Catherine", "Katharine"), ("Meyer", "Maier"), ("Schmidt", "Shmitt")]
)
def test_what_sounds_alike_has_one_sound(one: str, other: str) -> None:
    assert sound(one) == sound(other)


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Acme Inc.", "ACME, LLC", 1.0, 1.0),
        ("Intl. Business Machines Corp", "International Business Machines", 1.0, 1.0),
        ("IBM", "International Business Machines", 0.9, 0.9),
        ("Søgaard Engr. G.m.b.H.", "Sogaard Engineering Gesellschaft mbH", 0.85, 1.0),
        ("Muller Pharma S.à r.l.", "Müller Pharmaceuticals", 0.85, 1.0),
        ("St. Mary's Child Dev. Ctr", "Saint Marys Childrens Development Center", 0.8, 1.0),
        ("Siemens AG", "Siemens Aktiengesellschaft", 0.6, 1.0),
        ("Acme Trading", "Zenith Trading", 0.0, 0.62),
        ("Day Care Center", "Learning Center", 0.0, 0.62),
    ],
)
def test_company_names_are_compared_by_their_telling_words(one: str, other: str, least: float, most: float) -> None:
    assert least <= company_likeness(one, other, Rarity()) <= most


def test_a_chain_of_likenesses_does_not_join_its_ends() -> None:
    weights = {(0, 1): 3.0, (1, 2): 3.0, (0, 2): -8.0}
    assert clusters(weights, lambda a, b: -8.0) in ([[0, 1]], [[1, 2]])
    assert clusters({(0, 1): 9.0, (1, 2): 9.0, (0, 2): CANNOT - 1}, lambda a, b: 0.0) in ([[0, 1]], [[1, 2]])
    assert clusters({(0, 1): 3.0, (1, 2): 3.0, (0, 2): -1.0}, lambda a, b: -1.0) == [[0, 1, 2]]
    assert clusters({(0, 1): -1.0}, lambda a, b: -1.0) == []
