"""JSON Logic: every documented operator answers what its documentation says, and nothing takes too long."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_layer.automations.logic import OPERATORS, check, evaluate
from shared_layer.automations.template import rendered
from shared_layer.core.errors import ValidationFailed

EVENT = {"payload": {"n": 7, "text": "sourdough", "list": [1, 2, 3], "none": None, "deep": {"a": [{"b": "c"}]}}}

CASES: list[tuple[Any, Any]] = [
    ({"var": "payload.n"}, 7),
    ({"var": ["payload.x", "none"]}, "none"),
    ({"var": "payload.none"}, None),
    ({"var": "payload.deep.a.0.b"}, "c"),
    ({"var": "payload.list.9"}, None),
    ({"var": ""}, EVENT),
    ({"missing": ["payload.n", "payload.x"]}, ["payload.x"]),
    ({"missing_some": [1, ["payload.n", "payload.x"]]}, []),
    ({"missing_some": [2, ["payload.n", "payload.x"]]}, ["payload.x"]),
    ({"==": [1, "1"]}, True),
    ({"==": [0, False]}, True),
    ({"==": [None, 0]}, False),
    ({"===": [1, "1"]}, False),
    ({"===": [1, True]}, False),
    ({"===": [1, 1.0]}, True),
    ({"!=": [1, "1"]}, False),
    ({"!==": [1, "1"]}, True),
    ({"!": [[]]}, True),
    ({"!": {"var": "payload.n"}}, False),
    ({"!!": ["0"]}, True),
    ({"!!": [""]}, False),
    ({"or": [0, "", "last"]}, "last"),
    ({"and": [1, "", 3]}, ""),
    ({"if": [False, "a", {">": [{"var": "payload.n"}, 5]}, "b", "c"]}, "b"),
    ({"if": [False, "a", "c"]}, "c"),
    ({"?:": [True, 1, 2]}, 1),
    ({"<": [1, {"var": "payload.n"}, 10]}, True),
    ({"<=": [7, {"var": "payload.n"}, 7]}, True),
    ({"<": ["10", 9]}, False),
    ({"<": ["10", "9"]}, True),
    ({">": [{"var": "payload.n"}, "6"]}, True),
    ({">=": ["abc", 1]}, False),
    ({"+": [1, "2", 3]}, 6),
    ({"+": "3.5"}, 3.5),
    ({"-": [5, 7]}, -2),
    ({"-": [5]}, -5),
    ({"*": [2, 3, 4]}, 24),
    ({"/": [7, 2]}, 3.5),
    ({"/": [7, 0]}, None),
    ({"%": [101, 2]}, 1),
    ({"min": [3, 1, 2]}, 1),
    ({"max": [3, 1, 2]}, 3),
    ({"*": ["a", 2]}, None),
    ({"in": ["dough", {"var": "payload.text"}]}, True),
    ({"in": [2, {"var": "payload.list"}]}, True),
    ({"in": ["2", {"var": "payload.list"}]}, False),
    ({"cat": ["I have ", {"var": "payload.n"}, " ", True, None]}, "I have 7 true"),
    ({"substr": ["jsonlogic", 4]}, "logic"),
    ({"substr": ["jsonlogic", -5]}, "logic"),
    ({"substr": ["jsonlogic", 1, 3]}, "son"),
    ({"substr": ["jsonlogic", 4, -2]}, "log"),
    ({"merge": [1, [2, 3], [[4]]]}, [1, 2, 3, [4]]),
    ({"map": [{"var": "payload.list"}, {"*": [{"var": ""}, 2]}]}, [2, 4, 6]),
    ({"filter": [{"var": "payload.list"}, {"%": [{"var": ""}, 2]}]}, [1, 3]),
    (
        {"reduce": [{"var": "payload.list"}, {"+": [{"var": "current"}, {"var": "accumulator"}]}, 10]},
        16,
    ),
    ({"all": [{"var": "payload.list"}, {">": [{"var": ""}, 0]}]}, True),
    ({"all": [[], {">": [{"var": ""}, 0]}]}, False),
    ({"some": [{"var": "payload.list"}, {">": [{"var": ""}, 2]}]}, True),
    ({"none": [{"var": "payload.list"}, {">": [{"var": ""}, 3]}]}, True),
    ({"none": [{"var": "payload.text"}, True]}, True),
    ("plain", "plain"),
    ([{"var": "payload.n"}, 1], [7, 1]),
]


@pytest.mark.parametrize(("rule", "answer"), CASES)
def test_a_rule_answers_what_its_operator_says(rule: Any, answer: Any) -> None:
    check(rule)
    found = evaluate(rule, EVENT)
    assert (found, type(found) is bool) == (answer, type(answer) is bool)


def test_every_operator_has_a_case() -> None:
    used = {next(iter(rule)) for rule, _ in CASES if isinstance(rule, dict)}
    assert used == OPERATORS


def nested(levels: int) -> Any:
    rule: Any = 1
    for _ in range(levels - 1):
        rule = {"!": rule}
    return rule


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (nested(17), "16 levels"),
        ({"and": [1] * 200}, "200 parts"),
        ({"__import__": ["os"]}, "no operator"),
        ({"log": "x"}, "no operator"),
        ({"==": [1, 1], "!": 1}, "one member"),
        ({}, "one member"),
    ],
)
def test_a_rule_that_is_too_large_or_unknown_is_refused_when_it_is_saved(rule: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check(rule)


@pytest.mark.parametrize(
    "rule",
    [
        {"map": [{"var": "long"}, {"map": [{"var": ""}, 1]}]},
        {"reduce": [{"var": "some"}, {"cat": [{"var": "accumulator"}, {"var": "accumulator"}]}, "xy"]},
        {"reduce": [{"var": "some"}, {"merge": [{"var": "accumulator"}, {"var": "accumulator"}]}, [1]]},
    ],
)
def test_a_rule_that_would_take_too_long_or_make_too_much_is_stopped(rule: Any) -> None:
    data = {"long": [[0] * 1000] * 1000, "some": list(range(200))}
    with pytest.raises(ValidationFailed):
        evaluate(rule, data)


def test_numbers_that_grow_beyond_all_bounds_answer_null() -> None:
    assert evaluate({"*": [1e308, 10]}, {}) is None
    assert evaluate({"+": [10**400, 1]}, {}) is None


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
RULES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.builds(
        lambda operator, operands: {operator: operands}, st.sampled_from(sorted(OPERATORS)), st.lists(inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(rule=RULES, data=PLAIN)
def test_no_rule_over_any_event_fails_otherwise_than_by_being_stopped(rule: Any, data: Any) -> None:
    try:
        check(rule)
        evaluate(rule, data)
    except (ValueError, ValidationFailed):
        return


def test_places_are_filled_from_the_event_and_those_it_lacks_are_named() -> None:
    missing: set[str] = set()
    given = {
        "text": "Hello {{ payload.text }}, {{payload.nobody}}!",
        "n": "{{ payload.n }}",
        "list": ["{{payload.list}}"],
    }
    assert rendered(given, EVENT, missing) == {"text": "Hello sourdough, !", "n": 7, "list": [[1, 2, 3]]}
    assert missing == {"payload.nobody"}
    assert rendered("{{ payload.__class__ }}{{ 1+1 }}", EVENT, set()) == "{{ 1+1 }}"
