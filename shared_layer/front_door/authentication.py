"""Who is calling: from the credential in the headers to a Caller whose tenant, scope and status are checked."""

from __future__ import annotations

from typing import Final

from shared_layer.access.credentials import Credential, credential_of, tenant_status
from shared_layer.access.identity_tokens import verify_identity
from shared_layer.access.tickets import read_ticket, ticket_in
from shared_layer.core.caller import Caller
from shared_layer.core.context import RequestContext
from shared_layer.core.declaration import HttpOperation
from shared_layer.core.errors import (
    InvalidRequest,
    NotFound,
    ScopeMissing,
    TenantMismatch,
    TenantSuspended,
    Unauthenticated,
)
from shared_layer.core.scopes import SCOPES
from shared_layer.core.settings import settings

OPERATOR_TENANT: Final = "platform"
"""Where an operator's own records (idempotency of a tenant's creation) are kept; no tenant can have this id."""

WITHOUT_TENANT: Final = frozenset(
    {"platform:operate", "dashboard:read", "runtime:read", "runtime:write", "tenants:read", "tenants:write"}
)
"""The scopes that an operator can use on the platform as a whole."""

RequestHeaders = dict[bytes, bytes]


def with_ticket(headers: RequestHeaders, query_string: bytes) -> RequestHeaders:
    """The headers with the credential of a ticket in the query, for who can set none. Raises Unauthenticated."""
    ticket = None if b"x-api-key" in headers or b"authorization" in headers else ticket_in(query_string)
    if ticket is None:
        return headers
    read = read_ticket(ticket)
    tenant = {b"x-tenant-id": read.tenant_id.encode()} if read.tenant_id else {}
    return headers | {b"authorization": b"Bearer " + read.credential.encode()} | tenant


async def presented_key(headers: RequestHeaders) -> str:
    """The API key of X-API-Key, or the key or person's token of Authorization: Bearer. Raises Unauthenticated.

    Behind API Gateway the caller's own Authorization arrives in X-Forwarded-Authorization, and Authorization is the
    gateway's identity token; the former is believed only when the latter is verified.
    """
    if (key := headers.get(b"x-api-key")) is not None:
        return key.decode("latin-1").strip()
    authorization = headers.get(b"authorization", b"")
    forwarded = headers.get(b"x-forwarded-authorization")
    if forwarded is not None:
        host = headers.get(b"host", b"").decode("latin-1")
        claims = await verify_identity(_bearer(authorization), host)
        if claims.get("email") != settings().gateway_identity:
            raise Unauthenticated("X-Forwarded-Authorization is taken from the gateway alone.")
        authorization = forwarded
    return _bearer(authorization)


def _bearer(authorization: bytes) -> str:
    scheme, _, token = authorization.partition(b" ")
    if scheme.lower() != b"bearer" or not token.strip():
        raise Unauthenticated()
    return token.strip().decode("latin-1")


async def known_credential(key: str) -> Credential:
    """What the key opens. Raises Unauthenticated for a key that opens nothing."""
    credential = await credential_of(key)
    if credential is None:
        raise Unauthenticated("This API key is unknown, revoked or expired. Create one with POST /api/v1/api-keys.")
    return credential


async def tenant_of(credential: Credential, headers: RequestHeaders, scope: str) -> str:
    """The tenant of the call: the credential's own; for an operator the existing one that it names.

    Raises TenantMismatch; for operators NotFound or, where the scope means nothing without a tenant, InvalidRequest.
    """
    named = headers.get(b"x-tenant-id", b"").decode("latin-1").strip()
    if not credential.operator:
        if named and named != credential.tenant_id:
            raise TenantMismatch()
        return credential.tenant_id
    if not named:
        if scope not in WITHOUT_TENANT:
            raise InvalidRequest("An operator's key belongs to no tenant: name one in X-Tenant-ID.")
        return OPERATOR_TENANT
    status = await tenant_status(named)
    if status is None:
        raise NotFound(f"There is no tenant {named[:64]!r}. X-Tenant-ID names an existing one.")
    if status == "erased" and not scope.endswith(":read"):
        raise NotFound(f"The tenant {named!r} is erased: what is left of it can be read, and nothing is added to it.")
    return named


def authorise(
    credential: Credential,
    tenant_id: str,
    operation: HttpOperation,
    key: str,
    context: RequestContext,
    epoch: int | None,
) -> Caller:
    """The caller, allowed to call `operation` by its scope. Raises TenantSuspended or ScopeMissing."""
    scope = operation.scope
    if credential.suspended and not operation.while_suspended:
        raise TenantSuspended()
    if scope not in credential.scopes:
        raise ScopeMissing(f"This key lacks the scope {scope!r} ({SCOPES[scope]})", scope=scope)
    context.actor = principal = credential.principal
    plan, operator = credential.plan.name, credential.operator
    return Caller(
        tenant_id, principal, credential.scopes, plan, operator, context, credential.role, key.encode(), epoch
    )
