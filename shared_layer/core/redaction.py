"""Strikes secrets and personal data out of what is logged: by the name of a field, and by shape in any text.

Shapes are those that providers give their credentials so that they can be found (GitHub's secret scanning lists them),
and of addresses, telephone and card numbers. A false alarm costs a word in a log line; a miss costs a key.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

REDACTED: Final = "[redacted]"
OWN_ID: Final = "[a-z]{2,5}_[0-9a-hjkmnp-tv-z]{20}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
"""Ids as `core.ids` makes them: nothing in them is anybody's, so that they need no look at every letter."""

_NAMES: Final = re.compile(
    r"authorization|api[_-]?key$|secret|passw(or)?d|passphrase|(^|[_-])(token|pwd|pin|ssn)$|cookie|credential"
    r"|private[_-]?key|signature|e?mail(_?address)?$|phone|card[_-]?number|iban",
    re.IGNORECASE,
)
_KEYS: Final = (
    r"xyn_(?:live|op)_[A-Za-z0-9_]+",
    r"(?:sk|rk|pk)[-_](?:live|test|proj|ant|or|svcacct|admin)?[-_A-Za-z0-9]{8,}",  # OpenAI, Anthropic, Stripe
    r"whsec_[A-Za-z0-9+/=]{8,}",
    r"whin_[A-Za-z0-9_-]{16,}",  # the address of a webhook source
    r"x(?:ox[abceprs]|app)-[A-Za-z0-9-]+",  # Slack
    r"hooks\.slack\.com/(?:services|workflows)/[A-Za-z0-9/_-]+",
    r"AIza[A-Za-z0-9_-]{30,}",  # Google API key
    r"ya29\.[A-Za-z0-9_-]+",
    r"1//0[A-Za-z0-9_-]{20,}",  # Google refresh token
    r"GOCSPX-[A-Za-z0-9_-]+",
    r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}",
    r"gh[oprsu]_[A-Za-z0-9]{20,}",
    r"github_pat_[A-Za-z0-9_]{20,}",
    r"glpat-[A-Za-z0-9_-]{16,}",
    r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",  # SendGrid
    r"key-[0-9a-f]{32}",  # Mailgun
    r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]*)?",  # JSON Web Token
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
    r"(?i:bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}",
)
_ADDRESS: Final = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_NUMBERS: Final = (
    r"\+\d(?:[ ().-]{0,2}\d){7,14}"  # E.164, however it is spaced
    r"|(?<![\w-])(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\w-])"  # North American
    r"|(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"  # US social security
    r"|(?<![\w-])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?(?![\w-])"  # IBAN
)
_IN_URL: Final = re.compile(r"(?<=://)[^/\s@]+(?=@)")
_ASSIGNED: Final = re.compile(
    r"""((?:passw(?:or)?d|passphrase|pwd|secret|(?<![a-z])token|api[_-]?key|access[_-]?key|signature|credential)"""
    r"""\\?["']?\s*[=:]\s*\\?["']?)(?!\[redacted)[^\s"'&,;}\\]+""",
    re.IGNORECASE,
)
_WORDS: Final = ("passw", "passphrase", "pwd", "secret", "token", "key", "signature", "credential")
"""One of these stands in whatever _ASSIGNED finds; looking for them first is ten times as fast."""

_CARD: Final = re.compile(r"(?<![\d.-])[2-6]\d(?:[ -]?\d){11,17}(?![\d-])")


@cache
def _shapes() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Credentials and numbers. Compiled when the first text comes: a cold start waits for neither."""
    return re.compile("|".join(_KEYS)), re.compile(_NUMBERS)


def redact(value: Any) -> Any:
    """The same value with secrets and personal data struck out."""
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, dict):
        return {
            redact(name): REDACTED if isinstance(name, str) and _NAMES.search(name) else redact(item)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item) for item in value]
    if isinstance(value, bytes):
        return redact_text(value.decode("utf-8", "replace"))
    return value


def redact_text(text: str) -> str:
    """A text without what looks like a secret or a person."""
    if "@" in text:
        text = _ADDRESS.sub(REDACTED, _IN_URL.sub(REDACTED, text))
    credentials, numbers = _shapes()
    text = numbers.sub(REDACTED, credentials.sub(REDACTED, text))
    lowered = text.lower()
    if any(word in lowered for word in _WORDS):
        text = _ASSIGNED.sub(rf"\1{REDACTED}", text)
    return _CARD.sub(lambda found: REDACTED if _luhn(found[0]) else found[0], text)


def plain_path(template: str) -> re.Pattern[str]:
    """What the paths of `template` look like whose parameters are ids of the platform's own making."""
    parts = re.split(r"{[a-z_]+}", template)
    return re.compile(f"(?:{OWN_ID})".join(map(re.escape, parts)))


def _luhn(number: str) -> bool:
    """Whether a card number's check digit is right (ISO/IEC 7812-1, annex B)."""
    digits = [int(digit) for digit in number if digit.isdigit()]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return len(digits) >= 13 and (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
