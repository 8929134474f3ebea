"""Gmail's REST API over httpx: what the domain calls, with Gmail's errors as one exception.

https://developers.google.com/workspace/gmail/api/reference/rest. The made-up mailbox answers the same calls through a
transport of its own (`mock`), so that there is one client.
"""

from __future__ import annotations

from typing import Any, Final

import httpx

from shared_layer.core.context import current
from shared_layer.core.settings import settings
from shared_layer.gmail.mailbox import Mailbox
from shared_layer.gmail.tokens import access_token

Json = dict[str, Any]
SECONDS: Final = 10.0
_USER: Final = "/gmail/v1/users/me"


class GmailError(Exception):
    """Gmail's refusal: `status` of the answer (0: none came), `reason` as Google's errors name it."""

    def __init__(self, status: int, reason: str, retry_after: float = 0.0) -> None:
        super().__init__(f"{status} {reason}")
        self.status, self.reason, self.retry_after = status, reason, retry_after

    @property
    def passing(self) -> bool:
        """Whether the same call may succeed later."""
        limited = self.status == 403 and self.reason in ("rateLimitExceeded", "userRateLimitExceeded")
        return self.status in (0, 408, 429) or self.status >= 500 or limited

    @property
    def lost(self) -> bool:
        """Whether the mailbox has to be connected anew."""
        return self.status == 401 or self.reason in ("invalid_grant", "insufficientPermissions")


async def call(
    mailbox: Mailbox, tenant_id: str, method: str, path: str, *, upload: bool = False, **arguments: Any
) -> Json:
    """The JSON of one call for a mailbox; `path` begins below the user, such as `/messages`. Raises GmailError.

    `upload` is for what Gmail takes at its upload address alone: bodies that are no JSON.
    """
    context = current()
    seconds = min(SECONDS, max(0.5, context.remaining())) if context else SECONDS
    headers = arguments.pop("headers", {})
    if mailbox.mode == "live":
        headers = headers | {"Authorization": f"Bearer {await access_token(mailbox, tenant_id)}"}
    async with _client(mailbox, tenant_id, seconds) as client:
        try:
            answer = await client.request(
                method, f"{'/upload' if upload else ''}{_USER}{path}", headers=headers, **arguments
            )
        except httpx.HTTPError as error:
            raise GmailError(0, "unreachable") from error
    if answer.status_code >= 400:
        raise _refusal(answer)
    return dict(answer.json()) if answer.content else {}


def _client(mailbox: Mailbox, tenant_id: str, seconds: float) -> httpx.AsyncClient:
    if mailbox.mode == "mock":
        from shared_layer.gmail.mock import MockGmail

        transport = MockGmail(tenant_id, mailbox)
        return httpx.AsyncClient(transport=transport, base_url="http://gmail.mock", timeout=seconds)
    local = settings().gmail_url.startswith("http://")
    return httpx.AsyncClient(base_url=settings().gmail_url, timeout=seconds, trust_env=not local)


def _refusal(answer: httpx.Response) -> GmailError:
    """Google's error object: `{"error": {"code", "message", "errors": [{"reason"}], "status"}}`."""
    try:
        error = answer.json()["error"]
        reason = str((error.get("errors") or [{}])[0].get("reason") or error.get("status") or "unknown")
    except (ValueError, KeyError, TypeError, AttributeError):
        reason = "unknown"
    waited = answer.headers.get("retry-after", "0")
    return GmailError(answer.status_code, reason, float(waited) if waited.isdigit() else 0.0)
