"""Every error that a caller can meet, as RFC 9457 `application/problem+json`.

    Problem                         500 internal
    ├── InvalidRequest              400 invalid_request
    │   ├── MalformedJson           400 malformed_json
    │   └── IdempotencyKeyMissing   400 idempotency_key_missing
    ├── Unauthenticated             401 unauthenticated
    │   └── SignatureRefused        401 signature_refused
    ├── Forbidden                   403 forbidden
    │   ├── ScopeMissing            403 scope_missing
    │   ├── PolicyDenied            403 policy_denied
    │   ├── TenantMismatch          403 tenant_mismatch
    │   └── TenantSuspended         403 tenant_suspended
    ├── NotFound                    404 not_found
    ├── MethodNotAllowed            405 method_not_allowed
    ├── Conflict                    409 conflict
    │   ├── DuplicateContact        409 duplicate_contact
    │   ├── IllegalTransition       409 illegal_transition
    │   └── RequestInFlight         409 request_in_flight
    ├── VersionMismatch             412 version_mismatch
    ├── BodyTooLarge                413 body_too_large
    ├── UnsupportedMediaType        415 unsupported_media_type
    ├── ValidationFailed            422 validation_failed
    │   ├── IdempotencyKeyReused    422 idempotency_key_reused
    │   ├── NotReady                422 not_ready
    │   ├── TemplateInvalid         422 template_invalid
    │   └── UrlRefused              422 url_refused
    ├── UpgradeRequired             426 upgrade_required
    ├── VersionRequired             428 version_required
    ├── RateLimited                 429 rate_limited
    │   └── QuotaExceeded           429 quota_exceeded
    ├── ProviderFailed              502 provider_failed
    │   └── FetchFailed             502 fetch_failed
    ├── Unavailable                 503 unavailable
    │   └── Overloaded              503 overloaded
    └── DeadlineExceeded            504 deadline_exceeded

A message says what to do. `code` is stable; `type` is `urn:xynergy:problem:{code}`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar


class Problem(Exception):
    """An answer that is an error.

    `detail` is for the caller and names what to change; `fields` become members of the document;
    `headers` are sent with it.
    """

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal"
    title: ClassVar[str] = "Internal error"
    advice: ClassVar[str] = "The platform failed. Try again; if it lasts, report the request id."

    def __init__(self, detail: str = "", *, headers: Mapping[str, str] | None = None, **fields: Any) -> None:
        super().__init__(detail or self.advice)
        self.detail = detail or self.advice
        self.headers = dict(headers or {})
        self.fields = fields

    def document(self, request_id: str, instance: str) -> dict[str, Any]:
        """The problem's JSON members."""
        return {
            "type": f"urn:xynergy:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.code,
            "request_id": request_id,
            **self.fields,
        }


class InvalidRequest(Problem):
    status, code, title = 400, "invalid_request", "Invalid request"
    advice = "Change the request as the detail says."


class MalformedJson(InvalidRequest):
    code, title = "malformed_json", "The body is not JSON"
    advice = "Send one JSON value in UTF-8, without NaN, Infinity or lone surrogates, at most 64 levels deep."


class IdempotencyKeyMissing(InvalidRequest):
    code, title = "idempotency_key_missing", "Idempotency-Key is missing"
    advice = "Send an Idempotency-Key header with a new unique value (a UUID), and the same value when you retry."


class Unauthenticated(Problem):
    status, code, title = 401, "unauthenticated", "Not authenticated"
    advice = "Send a valid API key as X-API-Key or as Authorization: Bearer."

    def __init__(self, detail: str = "", **fields: Any) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="xynergy"'}, **fields)


class SignatureRefused(Unauthenticated):
    code, title = "signature_refused", "The signature does not hold"
    advice = "Sign the raw body with the source's current secret, and send it within five minutes."


class Forbidden(Problem):
    status, code, title = 403, "forbidden", "Forbidden"
    advice = "This credential may not do this."


class ScopeMissing(Forbidden):
    code, title = "scope_missing", "A scope is missing"
    advice = "Use a key that holds the scope, or have an owner add it."


class PolicyDenied(Forbidden):
    code, title = "policy_denied", "A policy of the tenant forbids this"
    advice = "Ask whoever keeps the tenant's policies; `policies` names those that forbid it."


class TenantMismatch(Forbidden):
    code, title = "tenant_mismatch", "X-Tenant-ID is not the credential's tenant"
    advice = "Leave X-Tenant-ID out, or send the tenant that the credential belongs to."


class TenantSuspended(Forbidden):
    code, title = "tenant_suspended", "The tenant is suspended"
    advice = "Ask the platform's operator to reactivate it. Its profile, its quotas and its exports stay open."


class NotFound(Problem):
    status, code, title = 404, "not_found", "Not found"
    advice = "Nothing is here under that id or path. Check it against the list operation or /docs."


class MethodNotAllowed(Problem):
    status, code, title = 405, "method_not_allowed", "Method not allowed"
    advice = "Use one of the methods in the Allow header."


class Conflict(Problem):
    status, code, title = 409, "conflict", "Conflict"
    advice = "The resource changed or exists already. Read it again, then retry."


class DuplicateContact(Conflict):
    code, title = "duplicate_contact", "The contact exists already"
    advice = "Use one of the contacts in matches, restore it where it is deleted, or send ?force=true."


class IllegalTransition(Conflict):
    code, title = "illegal_transition", "The state does not allow this"


class RequestInFlight(Conflict):
    code, title = "request_in_flight", "The same request is still running"
    advice = "A request with this Idempotency-Key is running. Retry after a second."

    def __init__(self, detail: str = "", **fields: Any) -> None:
        super().__init__(detail, headers={"Retry-After": "1"}, **fields)


class VersionMismatch(Problem):
    status, code, title = 412, "version_mismatch", "If-Match does not match"
    advice = "The resource changed since you read it. Read it again and send its new ETag as If-Match."


class BodyTooLarge(Problem):
    status, code, title = 413, "body_too_large", "The body is too large"
    advice = "Send a smaller body."


class UnsupportedMediaType(Problem):
    status, code, title = 415, "unsupported_media_type", "Unsupported media type"
    advice = "Send Content-Type: application/json."


class ValidationFailed(Problem):
    status, code, title = 422, "validation_failed", "The request is not valid"
    advice = "Correct the fields listed in errors."


class IdempotencyKeyReused(ValidationFailed):
    code, title = "idempotency_key_reused", "The Idempotency-Key belongs to another request"
    advice = "This Idempotency-Key was used with another body. Use a new key for a new request."


class NotReady(ValidationFailed):
    code, title = "not_ready", "The campaign is not ready"
    advice = "Mend what checks name, then launch it again."


class TemplateInvalid(ValidationFailed):
    code, title = "template_invalid", "The template cannot be read"
    advice = "Correct the template at the line and column that errors name."


class UrlRefused(ValidationFailed):
    code, title = "url_refused", "The URL is not fetched"
    advice = "Name a public http or https address."


class UpgradeRequired(Problem):
    status, code, title = 426, "upgrade_required", "This is a WebSocket"
    advice = "Connect with a WebSocket client to the socket_url of GET /api/v1/live/address."

    def __init__(self, detail: str = "", **fields: Any) -> None:
        super().__init__(detail, headers={"Upgrade": "websocket"}, **fields)


class VersionRequired(Problem):
    status, code, title = 428, "version_required", "If-Match is missing"
    advice = "Send the ETag of the version you read as If-Match."


class RateLimited(Problem):
    status, code, title = 429, "rate_limited", "Too many requests"
    advice = "Wait as long as Retry-After says, then go on more slowly."


class QuotaExceeded(RateLimited):
    code, title = "quota_exceeded", "The quota is used up"
    advice = "Wait until reset_at, or ask for a larger plan."


class ProviderFailed(Problem):
    status, code, title = 502, "provider_failed", "A provider failed"
    advice = "The provider behind this operation failed. Retry later."


class FetchFailed(ProviderFailed):
    code, title = "fetch_failed", "The address did not answer"
    advice = "The address could not be read. Check it in a browser, then retry."


class Unavailable(Problem):
    status, code, title = 503, "unavailable", "Temporarily unavailable"
    advice = "A part that this operation needs is down. Retry in a few seconds."

    def __init__(self, detail: str = "", *, retry_after: int = 2, **fields: Any) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after)}, **fields)


class Overloaded(Unavailable):
    code, title = "overloaded", "Overloaded"
    advice = "The platform is shedding load. Retry with backoff."


class DeadlineExceeded(Problem):
    status, code, title = 504, "deadline_exceeded", "The deadline passed"
    advice = "The operation took too long and was stopped. Retry with the same Idempotency-Key."
