"""Slack itself, through slack_sdk.

Its synchronous client runs in a thread: the asynchronous one would bring aiohttp with seven packages into every
function that posts. Retries are ours (an event comes again), so the client makes none of its own.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from shared_layer.core.context import current
from shared_layer.core.settings import settings
from shared_layer.slack.web import Json, SlackError

SECONDS: Final = 8.0


class LiveSlack:
    """A workspace's bot; `scopes` are what Slack last said that the token holds."""

    def __init__(self, token: str) -> None:
        self._token = token
        self.scopes: frozenset[str] = frozenset()

    async def call(self, method: str, **arguments: Any) -> Json:
        """The JSON of a Web API method. Raises SlackError."""
        context = current()
        seconds = min(SECONDS, context.remaining()) if context else SECONDS
        return await asyncio.to_thread(self._call, method, arguments, seconds)

    def _call(self, method: str, arguments: Json, seconds: float) -> Json:
        from slack_sdk import WebClient
        from slack_sdk.errors import SlackApiError, SlackClientError

        url = settings().slack_url
        client = WebClient(self._token, base_url=url, timeout=max(1, int(seconds)), retry_handlers=[])
        if url.startswith("http://"):
            client.proxy = None
        try:
            answer = client.api_call(method, params=arguments)
        except SlackApiError as error:
            raise _refusal(error) from None
        except (SlackClientError, OSError, ValueError) as error:
            raise SlackError("unreachable") from error
        self._remember(answer.headers)
        data: Json = dict(answer.data) if isinstance(answer.data, dict) else {}
        return data

    def _remember(self, headers: Any) -> None:
        given = {str(name).lower(): value for name, value in dict(headers).items()}.get("x-oauth-scopes", "")
        text = given[0] if isinstance(given, list) else str(given)
        self.scopes = frozenset(scope.strip() for scope in text.split(",") if scope.strip())


def _refusal(error: Any) -> SlackError:
    answer = error.response
    headers = {str(name).lower(): value for name, value in dict(answer.headers).items()}
    waited = headers.get("retry-after", "0")
    waited = waited[0] if isinstance(waited, list) else waited
    if answer.status_code == 429:
        return SlackError("ratelimited", max(1.0, float(waited)) if str(waited).isdigit() else 30.0)
    data = answer.data if isinstance(answer.data, dict) else {}
    code = str(data.get("error", "")) or ("service_unavailable" if answer.status_code >= 500 else "unreachable")
    return SlackError("service_unavailable" if answer.status_code >= 500 else code)
