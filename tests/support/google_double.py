"""Google's OAuth on loopback, for whatever stands behind it: codes are good once, with their PKCE verifier alone."""

from __future__ import annotations

import base64
import hashlib
import uuid
from urllib.parse import parse_qs, urlsplit

from tests.support.provider_double import Json, ProviderDouble

CLIENT = {"client_id": "double.apps.example", "client_secret": "double-client"}  # pragma: allowlist secret


class GoogleDouble(ProviderDouble):
    """An account whose owner consents to everything, until access is `revoked`."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: dict[str, str] = {}
        self.refresh_token = f"1//{uuid.uuid4().hex}"
        self.access_tokens: set[str] = set()
        self.revoked = False

    def consent(self, authorization_url: str) -> Json:
        """The owner's consent: what the browser comes back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(authorization_url).query).items()}
        assert asked["client_id"] == CLIENT["client_id"]
        assert (asked["access_type"], asked["code_challenge_method"]) == ("offline", "S256")
        code = f"4/{uuid.uuid4().hex}"
        self.codes[code] = asked["code_challenge"]
        return {"state": asked["state"], "code": code, "scope": asked["scope"]}

    def token(self, given: Json) -> tuple[int, Json, dict[str, str]]:
        refused = (400, {"error": "invalid_grant", "error_description": "Bad Request"}, {})
        if {name: given.get(name) for name in CLIENT} != CLIENT:
            return 401, {"error": "invalid_client"}, {}
        if given["grant_type"] == "refresh_token":
            if given["refresh_token"] != self.refresh_token or self.revoked:
                return refused
            return 200, self._grant(), {}
        digest = hashlib.sha256(given["code_verifier"].encode()).digest()
        if self.codes.pop(given["code"], None) != base64.urlsafe_b64encode(digest).decode().rstrip("="):
            return refused
        return 200, self._grant() | {"refresh_token": self.refresh_token}, {}

    def _grant(self) -> Json:
        token = f"ya29.{uuid.uuid4().hex}"
        self.access_tokens.add(token)
        return {"access_token": token, "expires_in": 3599, "token_type": "Bearer", "scope": "…"}
