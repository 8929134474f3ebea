"""JSON as it is accepted: nothing that a store or a hash could not take."""

from __future__ import annotations

import pytest

from shared_layer.core import json
from shared_layer.core.errors import MalformedJson

LARGEST = (1 << 63) - 1


@pytest.mark.parametrize("number", [LARGEST, -(1 << 63), 0, 10**18])
def test_an_integer_of_64_bits_is_taken_and_can_be_hashed(number: int) -> None:
    assert json.fingerprint(json.parse(b'{"n":%d}' % number))


@pytest.mark.parametrize("number", [LARGEST + 1, -(1 << 63) - 1, 1 << 64, 10**30, 10**300])
def test_an_integer_beyond_64_bits_is_refused_wherever_it_stands(number: int) -> None:
    for body in (b"%d", b"[%d]", b'{"a":[{"b":%d}]}'):
        with pytest.raises(MalformedJson, match="64 bits"):
            json.parse(body % number)


def test_long_digits_in_a_text_or_a_fraction_are_no_integer() -> None:
    assert json.parse(b'{"iban":"' + b"9" * 40 + b'"}') == {"iban": "9" * 40}
    assert json.parse(b"0." + b"1" * 40) == pytest.approx(0.1111111111)
