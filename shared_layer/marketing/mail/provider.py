"""What is known of a provider of mail, and one call of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import httpx

from shared_layer.access.mounted import mounted_text
from shared_layer.core import environment
from shared_layer.core.context import current
from shared_layer.marketing.mail.letter import Letter

SECONDS: Final = 10.0
Json = dict[str, Any]


class MailRefused(Exception):
    """A provider did not take a mail: `code` is its own word for it.

    `passing`: it may be taken later, after `retry_after` seconds where that was said. `throttled`: nothing may be sent
    for so long. `doubtful`: nobody knows whether it was taken. `taken`: it was, by an earlier attempt.
    """

    def __init__(
        self,
        code: str,
        *,
        passing: bool = False,
        throttled: bool = False,
        doubtful: bool = False,
        taken: bool = False,
        retry_after: float = 0.0,
    ) -> None:
        super().__init__(code)
        self.code, self.passing, self.throttled = code, passing, throttled
        self.doubtful, self.taken, self.retry_after = doubtful, taken, retry_after


@dataclass(frozen=True, slots=True)
class MailProvider:
    """A provider by its HTTP API. The base URL and the key come from the environment, the key also from a secret.

    `headers` and `body` make the request, `accepted` reads the provider's id of a mail that it took, `refusal` its word
    for why not. `keyed`: it takes an idempotency key, so that a mail whose answer was lost can be handed over again;
    of one that does not, such a mail is `in_doubt` and never sent twice.
    """

    id: str
    title: str
    url_env: str
    key_env: str
    default_url: str
    path: str
    keyed: bool
    headers: Callable[[str, Letter], Mapping[str, str]]
    body: Callable[[Letter], Json]
    accepted: Callable[[httpx.Response], str]
    refusal: Callable[[httpx.Response], str]
    taken_codes: frozenset[str] = field(default_factory=frozenset)
    busy_codes: frozenset[str] = field(default_factory=frozenset)

    @property
    def url(self) -> str:
        """The base URL."""
        return (environment.variable(self.url_env) or self.default_url).rstrip("/")

    @property
    def secret(self) -> str:
        """The secret that holds the key, where the variable does not."""
        return self.key_env.lower().replace("_", "-")

    @property
    def key(self) -> str:
        """The API key; empty where there is none."""
        return mounted_text(self.secret).strip()

    async def hand_over(self, letter: Letter) -> str:
        """Send a mail; the provider's id of it. Raises MailRefused."""
        context = current()
        seconds = min(SECONDS, max(0.5, context.remaining())) if context else SECONDS
        local = self.url.startswith("http://")
        async with httpx.AsyncClient(base_url=self.url, timeout=seconds, trust_env=not local) as client:
            try:
                answer = await client.post(self.path, json=self.body(letter), headers=self.headers(self.key, letter))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                raise MailRefused("unreachable", passing=True) from None
            except httpx.HTTPError as error:
                raise MailRefused(type(error).__name__, passing=True, doubtful=True) from None
        if answer.status_code < 300:
            return self.accepted(answer)
        raise self._refused(answer)

    def _refused(self, answer: httpx.Response) -> MailRefused:
        status, code = answer.status_code, self.refusal(answer)
        if code in self.taken_codes:
            return MailRefused(code, taken=True)
        if status == 429:
            return MailRefused(code, passing=True, throttled=True, retry_after=_wait(answer))
        if status in (401, 403):
            return MailRefused(code, passing=True, throttled=True, retry_after=300.0)
        passing = status in (408, 425) or status >= 500 or code in self.busy_codes
        return MailRefused(code, passing=passing, doubtful=status >= 500, retry_after=_wait(answer))


Kind = Literal["resend", "postmark", "sendgrid", "mock"]


def _wait(answer: httpx.Response) -> float:
    """Seconds to wait: Retry-After, or the moment in SendGrid's X-RateLimit-Reset."""
    from shared_layer.core import clock

    after = answer.headers.get("retry-after", "")
    if after.replace(".", "", 1).isdigit():
        return min(float(after), 3600.0)
    reset = answer.headers.get("x-ratelimit-reset", "")
    return min(max(1.0, float(reset) - clock.now()), 3600.0) if reset.isdigit() else 0.0
