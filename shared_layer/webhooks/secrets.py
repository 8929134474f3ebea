"""Secrets that webhooks are signed with: sealed in the store, several at once while a rotation's grace lasts."""

from __future__ import annotations

import base64
import os
from datetime import datetime, timedelta
from typing import Final

from shared_layer.core import clock
from shared_layer.core.models import Model
from shared_layer.storage.sealing import seal, unseal

KEPT: Final = 3
"""The current secret and at most two former ones."""


class SealedSecret(Model):
    """A secret as it is stored. `ends_at`: when a former one stops; None for the current one."""

    sealed: str
    hint: str
    ends_at: datetime | None = None


def new_secret() -> str:
    """`whsec_` and 256 random bits in base64, as Standard Webhooks writes secrets."""
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()


def sealed_secret(secret: str, purpose: str) -> SealedSecret:
    """The secret as the current one."""
    return SealedSecret(sealed=seal(secret, purpose), hint=f"…{secret[-4:]}")


def rotated(former: list[SealedSecret], secret: str, purpose: str, grace_seconds: int) -> list[SealedSecret]:
    """`secret` as the current one; the former current one ends with the grace, older ones when they were to end."""
    moment = clock.utcnow()
    end = moment + timedelta(seconds=grace_seconds)
    ending = [each.model_copy(update={"ends_at": min(each.ends_at or end, end)}) for each in former]
    valid = [each for each in ending if each.ends_at and each.ends_at > moment]
    return [sealed_secret(secret, purpose), *valid[: KEPT - 1]]


def opened(stored: list[SealedSecret], purpose: str) -> list[str]:
    """The secrets that are valid now, the current one first."""
    moment = clock.utcnow()
    return [unseal(each.sealed, purpose) for each in stored if each.ends_at is None or each.ends_at > moment]


def grace_of(stored: list[SealedSecret]) -> datetime | None:
    """When the last former secret stops; None where there is none that is still valid."""
    moment = clock.utcnow()
    return max((each.ends_at for each in stored if each.ends_at and each.ends_at > moment), default=None)
