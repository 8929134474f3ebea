"""The Google account through which a tenant's Search Console is read: its refresh token, sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from shared_layer.access import google_oauth
from shared_layer.access.google_oauth import OAuthFailed
from shared_layer.core.models import Entity
from shared_layer.storage.documents import from_snapshot, tenant_document
from shared_layer.storage.sealing import unseal

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "aso_connections"
DOCUMENT: Final = "search_console"


class Connection(Entity):
    """A connected account; `problem` is Google's error code where it must be connected again."""

    refresh_token: str
    connected_by: str
    problem: str | None = None


def connection_document(tenant_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/aso_connections/search_console`."""
    return tenant_document(tenant_id, COLLECTION, DOCUMENT)


async def stored_connection(tenant_id: str) -> Connection | None:
    """The tenant's connection, where there is one."""
    snapshot = await connection_document(tenant_id).get()
    return from_snapshot(snapshot, Connection) if snapshot.exists else None


def purpose_of(tenant_id: str) -> str:
    """What the refresh token is sealed for."""
    return f"search console refresh token of {tenant_id}"


def token_name(tenant_id: str) -> str:
    """What the access token is kept under in the process."""
    return f"search console {tenant_id}"


async def access_token(connection: Connection, tenant_id: str) -> str:
    """A token that is valid for at least a minute. Raises SearchConsoleError where Google gives none."""
    from shared_layer.aso.search_console.api import SearchConsoleError

    if token := google_oauth.known_token(token_name(tenant_id)):
        return token
    refresh_token = unseal(connection.refresh_token, purpose_of(tenant_id))
    try:
        return await google_oauth.access_token(token_name(tenant_id), refresh_token)
    except OAuthFailed as error:
        raise SearchConsoleError(0 if error.reason == "unreachable" else 401, error.reason) from None
