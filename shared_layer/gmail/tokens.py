"""Access tokens of connected mailboxes: an hour's each, kept in the process, renewed by the sealed refresh token."""

from __future__ import annotations

from shared_layer.access import google_oauth
from shared_layer.access.google_oauth import OAuthFailed, forget
from shared_layer.gmail.mailbox import Mailbox, purpose_of
from shared_layer.storage.sealing import unseal

__all__ = ["access_token", "forget"]


async def access_token(mailbox: Mailbox, tenant_id: str) -> str:
    """A token that is valid for at least a minute. Raises GmailError where Google gives none."""
    from shared_layer.gmail.api import GmailError

    if token := google_oauth.known_token(mailbox.id):
        return token
    if mailbox.refresh_token is None:
        raise GmailError(401, "invalid_grant")
    refresh_token = unseal(mailbox.refresh_token, purpose_of(tenant_id, mailbox.id))
    try:
        return await google_oauth.access_token(mailbox.id, refresh_token)
    except OAuthFailed as error:
        raise GmailError(0 if error.reason == "unreachable" else 401, error.reason) from None
