"""JSON Logic (jsonlogic.com): a rule is data, evaluated over an event, and can do nothing but answer.

A rule is a plain value, or an object with one member: the operator and its operands. Operators:

    var, missing, missing_some            what the event holds; `{"var": ["payload.email", "none"]}` has a default
    ==, ===, !=, !==, !, !!, or, and, if  truth as JavaScript has it: "", 0, null and [] are false, "0" is true
    <, <=, >, >=                          also between: {"<": [1, {"var": "n"}, 10]}
    +, -, *, /, %, min, max               numbers, and texts that are numbers; what is none answers null
    in, cat, substr                       texts, and members of lists
    map, filter, reduce, all, some, none, merge     lists; inside, `var` is the element (`accumulator`, `current`)

A rule has at most 200 parts and 16 levels (checked when it is saved), and takes at most 10,000 steps; texts and lists
that it makes have at most 10,000 characters or members.
"""

from __future__ import annotations

from typing import Any, Final

from shared_layer.automations.arithmetic import ARITHMETIC, loosely_equal, strictly_equal, truthy
from shared_layer.core.errors import ValidationFailed

PARTS: Final = 200
LEVELS: Final = 16
STEPS: Final = 10_000
LENGTH: Final = 10_000

LAZY: Final = frozenset({"if", "?:", "and", "or", "map", "filter", "reduce", "all", "some", "none"})
DATA: Final = frozenset({"var", "missing", "missing_some"})
PLAIN: Final = frozenset({"==", "===", "!=", "!==", "!", "!!", "in", "cat", "substr", "merge", *ARITHMETIC})
OPERATORS: Final = LAZY | DATA | PLAIN


def check(rule: Any, level: int = 1) -> int:
    """How many parts a rule has. Raises ValueError for one that is too large, too deep, or has an unknown operator."""
    if level > LEVELS:
        raise ValueError(f"a rule has at most {LEVELS} levels")
    parts = 1
    if isinstance(rule, dict):
        if len(rule) != 1:
            raise ValueError("an object in a rule has one member: the operator and its operands")
        [(operator, operands)] = rule.items()
        if operator not in OPERATORS:
            raise ValueError(f"{operator[:40]!r} is no operator; there are {', '.join(sorted(OPERATORS))}")
        parts += sum(check(each, level + 1) for each in _listed(operands))
    elif isinstance(rule, list):
        parts += sum(check(each, level + 1) for each in rule)
    if parts > PARTS:
        raise ValueError(f"a rule has at most {PARTS} parts")
    return parts


def evaluate(rule: Any, data: Any) -> Any:
    """What a rule answers over `data`. Raises ValidationFailed where it takes too long or makes too much."""
    return _Evaluation().of(rule, data)


def _listed(operands: Any) -> list[Any]:
    return operands if isinstance(operands, list) else [operands]


class _Evaluation:
    """One evaluation, with the steps that it has taken."""

    def __init__(self) -> None:
        self.steps = 0

    def of(self, rule: Any, data: Any) -> Any:
        self.steps += 1
        if self.steps > STEPS:
            raise ValidationFailed(f"The rule takes more than {STEPS} steps over this event.")
        if isinstance(rule, list):
            return [self.of(each, data) for each in rule]
        if not isinstance(rule, dict):
            return rule
        [(operator, operands)] = rule.items()
        listed = _listed(operands)
        if operator in LAZY:
            return self._lazy(operator, listed, data)
        values = [self.of(each, data) for each in listed]
        if operator in DATA:
            return self._data(operator, values, data)
        return bounded(_plain(operator, values))

    def _lazy(self, operator: str, operands: list[Any], data: Any) -> Any:
        match operator:
            case "if" | "?:":
                return self._if(operands, data)
            case "and" | "or":
                value = None
                for operand in operands:
                    value = self.of(operand, data)
                    if truthy(value) == (operator == "or"):
                        return value
                return value
            case _:
                return self._over(operator, operands, data)

    def _if(self, operands: list[Any], data: Any) -> Any:
        while len(operands) > 1:
            if truthy(self.of(operands[0], data)):
                return self.of(operands[1], data)
            operands = operands[2:]
        return self.of(operands[0], data) if operands else None

    def _over(self, operator: str, operands: list[Any], data: Any) -> Any:
        """The operators whose second operand is a rule about each element."""
        found = self.of(operands[0], data) if operands else None
        elements = found if isinstance(found, list) else []
        rule = operands[1] if len(operands) > 1 else None
        if operator == "reduce":
            value = self.of(operands[2], data) if len(operands) > 2 else None
            for element in elements:
                value = self.of(rule, {"current": element, "accumulator": value})
            return value
        if operator == "map":
            return [self.of(rule, element) for element in elements]
        if operator == "filter":
            return [element for element in elements if truthy(self.of(rule, element))]
        held = [truthy(self.of(rule, element)) for element in elements]
        return {"all": bool(held) and all(held), "some": any(held), "none": not any(held)}[operator]

    def _data(self, operator: str, values: list[Any], data: Any) -> Any:
        if operator == "var":
            return look_up(data, values[0] if values else "", values[1] if len(values) > 1 else None)
        if operator == "missing":
            names = values[0] if values and isinstance(values[0], list) else values
            return [name for name in names if look_up(data, name) in (None, "")]
        needed, names = ([*values, 0, []])[:2]
        missing = [name for name in _listed(names) if look_up(data, name) in (None, "")]
        return [] if len(_listed(names)) - len(missing) >= (needed if isinstance(needed, int) else 0) else missing


def look_up(data: Any, path: Any, default: Any = None) -> Any:
    """What lies at a dotted path; an empty path is all of it. Only members of objects and lists are looked at."""
    if path in ("", None):
        return data
    value = data
    for part in str(path).split("."):
        if isinstance(value, dict) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isascii() and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        else:
            return default
    return default if value is None else value


def bounded(value: Any) -> Any:
    """A value that is not too long. Raises ValidationFailed."""
    if isinstance(value, str | list) and len(value) > LENGTH:
        raise ValidationFailed(f"The rule makes a text or a list longer than {LENGTH}.")
    return value


def _plain(operator: str, values: list[Any]) -> Any:
    one, other = ([*values, None, None])[:2]
    match operator:
        case "==" | "!=":
            return loosely_equal(one, other) == (operator == "==")
        case "===" | "!==":
            return strictly_equal(one, other) == (operator == "===")
        case "!":
            return not truthy(one)
        case "!!":
            return truthy(one)
        case "in":
            return _within(one, other)
        case "cat":
            return "".join(as_text(each) for each in values)
        case "substr":
            return _substring(values)
        case "merge":
            return [member for each in values for member in _listed(each)]
        case _:
            return ARITHMETIC[operator](values)


def _within(one: Any, other: Any) -> bool:
    if isinstance(other, str):
        return as_text(one) in other
    return isinstance(other, list) and any(strictly_equal(one, each) for each in other)


def _substring(values: list[Any]) -> str:
    text = as_text(values[0] if values else "")
    start = whole(values[1]) if len(values) > 1 else 0
    length = whole(values[2]) if len(values) > 2 else None
    rest = text[start or 0 :] if (start or 0) >= -len(text) else text
    return rest if length is None else rest[:length]


def whole(value: Any) -> int | None:
    """A number's whole part; None for what is no number."""
    return int(value) if isinstance(value, int | float) and abs(value) < 1e9 else None


def as_text(value: Any) -> str:
    """A value as a text would show it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, list):
        return ",".join(as_text(each) for each in value)
    if isinstance(value, dict):
        import orjson

        return orjson.dumps(value, default=str).decode()
    return str(value)
