import datetime
import math
import struct

from google.cloud.firestore_v1._helpers import GeoPoint, encode_value
from google.cloud.firestore_v1.order import Order
from google.cloud.firestore_v1.vector import Vector
from hypothesis import given
from hypothesis import strategies as st

from infra.local.firestore.orders import Order as QueryOrder
from infra.local.firestore.value_order import decode_name, encode, encode_name

NUMBERS = st.one_of(
    st.integers(-(2**63), 2**63 - 1),
    st.floats(),
    st.integers(2**53 - 3, 2**53 + 3),
    st.sampled_from([0, 0.0, -0.0, math.inf, -math.inf, math.nan, 2.0**53, 2**63 - 1, float(2**63), -(2**63)]),
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    NUMBERS,
    st.datetimes(timezones=st.just(datetime.UTC)),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.text(alphabet="\x00\x01a\xff", max_size=4),
    st.binary(max_size=4),
    st.builds(GeoPoint, st.floats(-90, 90), st.floats(-180, 180)),
    st.lists(st.floats(allow_nan=False), max_size=3).map(Vector),
)
KEYS = st.text(alphabet="\x00ab", min_size=1, max_size=3)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)


def sign(number):
    return (number > 0) - (number < 0)


def compare_bytes(left, right):
    return (left > right) - (left < right)


@given(VALUES, VALUES)
def test_encoded_values_compare_as_googles_client_compares_the_values(left, right):
    one, other = encode_value(left), encode_value(right)
    expected = sign(Order.compare(one, other))
    assert compare_bytes(encode(one._pb), encode(other._pb)) == expected


@given(VALUES, VALUES)
def test_a_descending_order_turns_the_comparison_around(left, right):
    keys = [encode(encode_value(value)._pb) for value in (left, right)]
    turned = [QueryOrder(("x",), descending=True).directed(key) for key in keys]
    assert compare_bytes(*turned) == -compare_bytes(*keys)


@given(NUMBERS, NUMBERS)
def test_integers_and_doubles_compare_by_their_exact_value(left, right):
    keys = [encode(encode_value(number)._pb) for number in (left, right)]
    numbers = [(left == left, left), (right == right, right)]
    if left != left or right != right:
        numbers = [number[:1] for number in numbers]
    assert compare_bytes(*keys) == compare_bytes(*numbers)


SEGMENTS = st.lists(st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1), min_size=1)


@given(SEGMENTS, SEGMENTS)
def test_names_compare_segment_by_segment(left, right):
    keys = [encode_name("/".join(segments)) for segments in (left, right)]
    utf8 = [[segment.encode() for segment in segments] for segments in (left, right)]
    assert compare_bytes(*keys) == compare_bytes(*utf8)
    assert decode_name(keys[0]) == "/".join(left)


def test_the_smallest_double_above_zero_is_above_zero():
    tiny = struct.unpack(">d", struct.pack(">Q", 1))[0]
    assert encode(encode_value(tiny)._pb) > encode(encode_value(0)._pb)
