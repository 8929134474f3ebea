"""V4 signatures: https://cloud.google.com/storage/docs/authentication/canonical-requests."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from urllib.parse import unquote

from starlette.requests import Request

from infra.local.storage.errors import BadRequest, Forbidden
from infra.local.storage.signer import EMAIL, Signer

_ALGORITHM = "GOOG4-RSA-SHA256"
_LONGEST = 7 * 86_400
_SKEW = 15 * 60


def check_signature(request: Request, signer: Signer, now: float) -> None:
    """Raises Forbidden where the signature does not fit, BadRequest where it is malformed or has expired."""
    query = request.query_params
    if "X-Goog-Signature" not in query:
        raise Forbidden("Anonymous callers have no access: sign the URL, or call the JSON API.")
    account, _, scope = query.get("X-Goog-Credential", "").partition("/")
    if query.get("X-Goog-Algorithm") != _ALGORITHM or not scope.endswith("/goog4_request"):
        raise BadRequest(
            f"X-Goog-Algorithm must be {_ALGORITHM} and X-Goog-Credential ACCOUNT/DATE/auto/storage/goog4_request."
        )
    _check_time(query.get("X-Goog-Date", ""), query.get("X-Goog-Expires", ""), now)
    digest = hashlib.sha256(_canonical(request).encode()).hexdigest()
    text = "\n".join((_ALGORITHM, query["X-Goog-Date"], scope, digest))
    if account != EMAIL or not signer.signed(text, query["X-Goog-Signature"]):
        raise Forbidden("The request signature we calculated does not match the signature you provided.")


def _check_time(date: str, expires: str, now: float) -> None:
    try:
        signed = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        lifetime = int(expires)
    except ValueError as broken:
        raise BadRequest(
            "X-Goog-Date must be like 20261123T060000Z and X-Goog-Expires a number of seconds."
        ) from broken
    if not 0 < lifetime <= _LONGEST:
        raise BadRequest("X-Goog-Expires must be at most 604800 seconds.")
    if signed - now > _SKEW:
        raise BadRequest("The signed URL is not valid yet: X-Goog-Date lies in the future.")
    if now > signed + lifetime:
        raise BadRequest("Invalid argument: the signed URL has expired.")


def _canonical(request: Request) -> str:
    raw: bytes = request.scope["raw_path"]
    names = unquote(request.query_params.get("X-Goog-SignedHeaders", "")).split(";")
    headers = "".join(f"{name}:{' '.join(','.join(request.headers.getlist(name)).split())}\n" for name in names)
    parameters = request.scope["query_string"].decode("ascii").split("&")
    query = "&".join(sorted(part for part in parameters if not part.startswith("X-Goog-Signature=")))
    payload = request.headers.get("x-goog-content-sha256", "UNSIGNED-PAYLOAD")
    return "\n".join((request.method, raw.decode("ascii"), query, headers, ";".join(names), payload))
