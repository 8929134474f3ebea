"""Secrets and personal data as they look in the wild, made anew for each run: none of them is anybody's."""

from __future__ import annotations

import base64
import json
import random
import string
from collections.abc import Iterator
from dataclasses import dataclass

_LETTERS = string.ascii_letters + string.digits
_UPPER = string.ascii_uppercase + string.digits
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"  # pragma: allowlist secret


@dataclass(frozen=True, slots=True)
class Planted:
    """`text` is what is planted, `kernel` the part of it that must not be found again."""

    kind: str
    text: str
    kernel: str


def planted(seed: int, each: int = 10) -> Iterator[Planted]:
    """`each` of every kind."""
    source = random.Random(seed)
    for _ in range(each):
        yield from _one_of_each(source)


def _one_of_each(source: random.Random) -> Iterator[Planted]:
    def some(count: int, letters: str = _LETTERS) -> str:
        return "".join(source.choices(letters, k=count))

    def whole(kind: str, text: str) -> Planted:
        return Planted(kind, text, text)

    yield whole("own key", f"xyn_live_{some(12, _BASE32)}_{some(32, _BASE32)}")
    yield whole("OpenAI", f"sk-proj-{some(48)}")
    yield whole("Anthropic", f"sk-ant-api03-{some(40)}")
    yield whole("Stripe", f"sk_live_{some(24)}")
    yield whole("Slack bot", f"xoxb-{some(12, string.digits)}-{some(24)}")
    yield whole("Google API key", f"AIza{some(35)}")
    yield whole("Google access token", f"ya29.{some(60)}")
    yield whole("Google client secret", f"GOCSPX-{some(28)}")
    yield whole("AWS key id", f"AKIA{some(16, _UPPER)}")
    secret = some(40)
    yield Planted("AWS secret", f"aws_secret_access_key={secret}", secret)
    yield whole("GitHub", f"ghp_{some(36)}")
    yield whole("JSON Web Token", ".".join((_part({"alg": "RS256"}), _part({"sub": some(12)}), some(43))))
    bearer = some(40)
    yield Planted("bearer", f"Bearer {bearer}", bearer)
    basic = base64.b64encode(f"{some(8)}:{some(12)}".encode()).decode()
    yield Planted("basic", f"Basic {basic}", basic)
    password = some(16)
    yield Planted("password in a URL", f"postgresql://admin:{password}@db.internal:5432/crm", password)
    named = some(16)
    yield Planted("password by name", f'{{"password": "{named}"}}', named)
    yield whole("e-mail", f"{some(8).lower()}.{some(6).lower()}@{some(8).lower()}.example")
    yield whole("telephone", f"+49 {some(3, '123456789')} {some(7, string.digits)}")
    yield whole("card", card(source))
    yield whole("IBAN", f"DE{some(20, string.digits)}")
    yield Planted("private key", _pem(key := some(64)), key)


def card(source: random.Random) -> str:
    """A number that passes Luhn's check."""
    digits = [4, *(source.randrange(10) for _ in range(14))]
    total = sum(sum(divmod(2 * digit, 10)) if index % 2 == 0 else digit for index, digit in enumerate(digits))
    return "".join(map(str, [*digits, -total % 10]))


def _part(value: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _pem(key: str) -> str:
    kind = "PRIVATE" + " KEY"
    return f"-----BEGIN {kind}-----\n{key}\n-----END {kind}-----"
