"""The tokens in a mail's links: whose mail it is and where the link leads, signed, so that nobody can redirect it.

A token is always the same for the same link: a mail that is handed over twice must be the same mail.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import orjson
from pydantic import StringConstraints

from shared_layer.core.settings import settings
from shared_layer.storage.sealing import is_mark, mark

Kind = Literal["open", "click", "unsubscribe"]
Token = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{20,4000}\.[0-9a-f]{40}$")]
_PURPOSE: Final = "marketing/{}"
_TENANT: Final = re.compile(r"[a-z0-9-]{1,64}")
_MAIL: Final = re.compile(r"[A-Za-z0-9_-]{1,128}-[0-9a-f]{24}-\d{1,2}")


@dataclass(frozen=True, slots=True)
class TrackedMail:
    """What a token says: the tenant, the mail and, of a click, where it leads."""

    tenant_id: str
    mail_id: str
    url: str = ""


def token_of(kind: Kind, tracked: TrackedMail) -> str:
    """The token. What is signed to open cannot click, nor unsubscribe."""
    text = (
        base64.urlsafe_b64encode(orjson.dumps([tracked.tenant_id, tracked.mail_id, tracked.url])).decode().rstrip("=")
    )
    return f"{text}.{mark(text, _PURPOSE.format(kind))}"


def read_token(kind: Kind, token: str) -> TrackedMail | None:
    """What a token of ours says; None for any other text."""
    text, _, given = token.rpartition(".")
    if not is_mark(text, _PURPOSE.format(kind), given):
        return None
    try:
        tenant_id, mail_id, url = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error):
        return None
    if not _TENANT.fullmatch(tenant_id) or not _MAIL.fullmatch(mail_id):
        return None
    return TrackedMail(tenant_id, mail_id, url)


def url_of(kind: Kind, tracked: TrackedMail) -> str:
    """The address that goes into the mail."""
    below = "u" if kind == "unsubscribe" else f"t/{kind}"
    return f"{settings().gateway_url}/{below}/{token_of(kind, tracked)}"
