"""A mail as a provider takes it."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one address. `key` is the same at every attempt; `tags` come back with the provider's events."""

    key: str
    sender_email: str
    sender_name: str
    to: str
    subject: str
    html: str
    text: str
    reply_to: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
