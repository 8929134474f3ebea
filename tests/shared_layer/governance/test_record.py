"""What the chain hashes: RFC 8785's own vectors, and a record whose hash must never change."""

from __future__ import annotations

import hashlib
import json
import struct

import pytest
import rfc8785

from shared_layer.governance.record import digest
from tests.shared_layer.governance.chains import chain

# RFC 8785, section 3.2.4: the sample of 3.2.2 in its canonical form, as UTF-8.
SAMPLE = r"""{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
"string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"""
CANONICAL = bytes.fromhex(
    "7b226c69746572616c73223a5b6e756c6c2c747275652c66616c73655d2c226e756d62657273223a5b3333333333333333332e333333333333"
    "332c31652b33302c342e352c302e3030322c31652d32375d2c22737472696e67223a22e282ac245c75303030665c6e4127425c225c5c5c5c5c"
    "222f227d"
)
# RFC 8785, appendix B: IEEE 754 bits and the number that ECMAScript writes.
NUMBERS = [
    ("0000000000000000", "0"),
    ("8000000000000000", "0"),
    ("0000000000000001", "5e-324"),
    ("8000000000000001", "-5e-324"),
    ("7fefffffffffffff", "1.7976931348623157e+308"),
    ("ffefffffffffffff", "-1.7976931348623157e+308"),
    ("4340000000000000", "9007199254740992"),
    ("c340000000000000", "-9007199254740992"),
    ("4430000000000000", "295147905179352830000"),
    ("44b52d02c7e14af5", "9.999999999999997e+22"),
    ("44b52d02c7e14af6", "1e+23"),
    ("44b52d02c7e14af7", "1.0000000000000001e+23"),
    ("444b1ae4d6e2ef4e", "999999999999999700000"),
    ("444b1ae4d6e2ef4f", "999999999999999900000"),
    ("444b1ae4d6e2ef50", "1e+21"),
    ("3eb0c6f7a0b5ed8c", "9.999999999999997e-7"),
    ("3eb0c6f7a0b5ed8d", "0.000001"),
    ("41b3de4355555553", "333333333.3333332"),
    ("41b3de4355555554", "333333333.33333325"),
    ("41b3de4355555555", "333333333.3333333"),
    ("41b3de4355555556", "333333333.3333334"),
    ("41b3de4355555557", "333333333.33333343"),
    ("becbf647612f3696", "-0.0000033333333333333333"),
    ("43143ff3c1cb0959", "1424953923781206.2"),
]


def test_the_sample_of_the_rfc_has_its_canonical_form() -> None:
    assert rfc8785.dumps(json.loads(SAMPLE)) == CANONICAL


@pytest.mark.parametrize(("bits", "written"), NUMBERS)
def test_numbers_are_written_as_the_rfcs_appendix_says(bits: str, written: str) -> None:
    (number,) = struct.unpack(">d", bytes.fromhex(bits))
    assert rfc8785.dumps(number) == written.encode()


def test_members_are_sorted_by_utf_16_code_units_as_the_rfc_says() -> None:
    names = {"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\x80": 6, "ö": 7}
    assert list(json.loads(rfc8785.dumps(names))) == ["\r", "1", "\x80", "ö", "€", "😀", "\ufb33"]


def test_a_digest_is_the_sha256_of_the_canonical_form() -> None:
    assert digest({"b": 1.0, "a": "é"}) == hashlib.sha256('{"a":"é","b":1}'.encode()).hexdigest()
    assert digest({"n": 2**53}) == hashlib.sha256(b'{"n":"9007199254740992"}').hexdigest()


PUBLISHED = ["b2e346857531eadb", "c2efd3c05319c559", "15d7c782b4c87d94"]


def test_the_hashes_of_a_chain_that_was_written_once_stay_what_they_are() -> None:
    assert [record["hash"][:16] for record in chain(3)] == PUBLISHED
