import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.pubsub.filter import FilterError, compile_filter

ATTRIBUTES = {"type": "order.paid", "lang": "en", "iana.org/tag": "x", "quote": 'a"b'}


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("", True),
        ('attributes.type = "order.paid"', True),
        ('attributes.type="order"', False),
        ('attributes.type != "order.paid"', False),
        ('attributes.absent != "x"', True),
        ("attributes:lang", True),
        ("attributes:absent", False),
        ('attributes:"iana.org/tag"', True),
        ('attributes."iana.org/tag" = "x"', True),
        ('hasPrefix(attributes.type, "order.")', True),
        ('hasPrefix(attributes.absent, "")', False),
        ("NOT attributes:lang", False),
        ("-attributes:absent", True),
        ("NOT NOT attributes:lang", True),
        ('attributes:lang AND attributes.type = "order.paid" AND NOT attributes:absent', True),
        ("attributes:absent OR attributes:lang", True),
        ("attributes:absent OR (attributes:lang AND NOT attributes:type)", False),
        (r'attributes.quote = "a\"b"', True),
        (r'attributes.lang = "\x65\u006e"', True),
        (r'attributes.lang = "\145n"', True),
    ],
)
def test_a_documented_expression_passes_what_it_should(text, passes):
    assert compile_filter(text)(ATTRIBUTES) is passes


@pytest.mark.parametrize(
    "text",
    [
        "attributes",
        "attributes.type",
        "attributes.type = order",
        "attributes.type = 'order'",
        'attributes.type = "open',
        'type = "order"',
        'attributes.type > "a"',
        "attributes:lang attributes:type",
        "attributes:a AND attributes:b OR attributes:c",
        "(attributes:lang",
        "attributes:lang)",
        "AND attributes:lang",
        "NOT",
        'hasPrefix(attributes.type "a")',
        'hasSuffix(attributes.type, "a")',
        r'attributes.type = "\q"',
        r'attributes.type = "\UFFFFFFFF"',
        f'attributes.type = "{"x" * 256}"',
    ],
)
def test_what_is_not_a_filter_is_refused(text):
    with pytest.raises(FilterError):
        compile_filter(text)


KEYS = st.sampled_from(["a", "b", "c-d", "with space"])
VALUES = st.text(max_size=6)
LEAVES = st.one_of(
    st.tuples(st.just("has"), KEYS),
    st.tuples(st.sampled_from(["equals", "differs", "prefix"]), KEYS, VALUES),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=2, max_size=3)),
    ),
    max_leaves=4,
)


def quoted(text):
    return (
        '"' + "".join(f"\\U{ord(character):08x}" if not character.isalnum() else character for character in text) + '"'
    )


def written(tree):
    match tree:
        case ("has", key):
            return f"attributes:{quoted(key)}"
        case ("equals", key, value):
            return f"attributes.{quoted(key)} = {quoted(value)}"
        case ("differs", key, value):
            return f"attributes.{quoted(key)}!={quoted(value)}"
        case ("prefix", key, value):
            return f"hasPrefix( attributes.{quoted(key)} , {quoted(value)} )"
        case ("not", inner):
            return f"NOT ({written(inner)})"
        case (operator, inner):
            return f" {operator} ".join(f"({written(part)})" for part in inner)


def meant(tree, attributes):
    match tree:
        case ("has", key):
            return key in attributes
        case ("equals", key, value):
            return attributes.get(key) == value
        case ("differs", key, value):
            return attributes.get(key) != value
        case ("prefix", key, value):
            return key in attributes and attributes[key].startswith(value)
        case ("not", inner):
            return not meant(inner, attributes)
        case ("AND", inner):
            return all(meant(part, attributes) for part in inner)
        case ("OR", inner):
            return any(meant(part, attributes) for part in inner)


@given(TREES, st.dictionaries(KEYS, VALUES))
def test_a_written_filter_means_what_its_tree_means(tree, attributes):
    text = written(tree)
    if len(text.encode()) <= 256:
        assert compile_filter(text)(attributes) == meant(tree, attributes)


@given(st.text(alphabet='attributes.:=!"()-ANDORNOThasPrefix, \\x', max_size=40))
def test_no_text_breaks_the_parser(text):
    try:
        predicate = compile_filter(text)
    except FilterError:
        return
    assert predicate({}) in (True, False)
