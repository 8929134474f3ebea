"""What can go wrong between us and a provider.

ProviderError
├── Unreachable     no connection, or one that broke
├── Refused         an answer other than 2xx
└── BrokeOff        an error told in the middle of a stream
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ProviderError(Exception):
    """A provider did not answer as it should; the text says how, without our key or the prompt."""


class Unreachable(ProviderError):
    """There was no connection, or it was lost."""


class Refused(ProviderError):
    """An answer with an error's status. `error` is OpenAI's error object, empty where the body was none."""

    def __init__(self, status: int, headers: Mapping[str, str], error: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {str(error.get('message', ''))[:300]}".strip())
        self.status = status
        self.headers = headers
        self.error = error


class BrokeOff(ProviderError):
    """A stream held an error instead of its next chunk."""
