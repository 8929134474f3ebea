"""The identity with which the gateway calls functions."""

from __future__ import annotations

from typing import Final, Protocol

from infra.local.clock import Clock

LIFETIME: Final = 300.0
"""Seconds for which a token is used again. Google's are valid for an hour."""


class TokenIssuer(Protocol):
    """Signs OIDC identity tokens, as Google's metadata server does for a service account."""

    def token(self, audience: str, email: str) -> str:
        """A token by which `email` proves itself to `audience`."""
        ...


class Identity:
    """A service account's tokens, one per audience, kept while they are fresh: a signature costs more than a call."""

    def __init__(self, issuer: TokenIssuer, email: str, clock: Clock) -> None:
        self._issuer = issuer
        self._clock = clock
        self._email = email
        self._tokens: dict[str, tuple[float, bytes]] = {}

    def authorization(self, audience: str) -> bytes:
        """The value of the Authorization header for calls to `audience`."""
        now = self._clock.now()
        held = self._tokens.get(audience)
        if held is not None and held[0] <= now < held[0] + LIFETIME:
            return held[1]
        value = b"Bearer " + self._issuer.token(audience, self._email).encode()
        self._tokens[audience] = (now, value)
        return value
