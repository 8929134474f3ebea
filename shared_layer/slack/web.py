"""Slack's Web API as the domain calls it: a method's name and its arguments in, Slack's own JSON out.

Two things answer: Slack itself through slack_sdk (`live`), and a small agency's workspace made up from fixtures
(`mock`). Both page by cursor, fail with Slack's error codes, and ask for patience with Retry-After.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final, Protocol

Json = dict[str, Any]
PAGES_AT_MOST: Final = 50

LOST: Final = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"}
)
"""Errors after which the workspace has to be connected anew."""

PASSING: Final = frozenset(
    {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org"}
    | {"unreachable"}
)
"""Errors that go away by themselves; `unreachable` is ours, for a Slack that does not answer."""


class SlackError(Exception):
    """Slack's refusal: `code` is the `error` of its answer, `retry_after` the seconds it asked to wait."""

    def __init__(self, code: str, retry_after: float = 0.0) -> None:
        super().__init__(code)
        self.code = code
        self.retry_after = retry_after

    @property
    def passing(self) -> bool:
        """Whether the same call may succeed later."""
        return self.code in PASSING


class SlackWeb(Protocol):
    """Calls methods of Slack's Web API as one workspace's bot."""

    async def call(self, method: str, **arguments: Any) -> Json:
        """The JSON of a method such as `conversations.list`. Raises SlackError."""
        ...


async def pages(web: SlackWeb, method: str, **arguments: Any) -> AsyncIterator[Json]:
    """Every page of a list, by Slack's cursor, up to 50 pages. Raises SlackError."""
    cursor = ""
    for _ in range(PAGES_AT_MOST):
        page = await web.call(method, **arguments, **({"cursor": cursor} if cursor else {}))
        yield page
        cursor = page.get("response_metadata", {}).get("next_cursor", "")
        if not cursor:
            return
