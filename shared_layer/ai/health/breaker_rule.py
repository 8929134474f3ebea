"""The circuit breaker's rule, for one provider: the design document's, as plain transitions on plain values.

    CLOSED --(5 consecutive failures)--> OPEN --(60 s)--> HALF_OPEN --(success)--> CLOSED
                                          ^------------------(failure)-----'

Half-open admits one call, by a permit that expires: a caller that died with it does not keep the provider shut out.
A result counts only while the state that admitted its call still stands: late failures do not reopen what a probe
has closed, late successes do not close what is open. Beside that, a provider that asks to be left alone for a while
(Retry-After) is not called until then, whatever its state.

breaker_script.py is the same rule on Redis; a test runs both through the same histories.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

State = Literal["closed", "open", "half_open"]

FAILURES: Final = 5
OPEN_SECONDS: Final = 60.0


@dataclass(slots=True)
class BreakerRule:
    """One breaker. Moments are in seconds of one clock; `permit` names the call that holds the half-open permit."""

    open_seconds: float = OPEN_SECONDS
    state: State = "closed"
    failures: int = 0
    changed_at: float = 0.0
    permit: str = ""
    permit_until: float = 0.0
    rest_until: float = 0.0

    def admits(self, now: float) -> bool:
        """Whether a call would be admitted."""
        if now < self.rest_until:
            return False
        if self.state == "open":
            return now >= self.changed_at + self.open_seconds
        return self.state == "closed" or not self.permit or now >= self.permit_until

    def admit(self, now: float, token: str, permit_seconds: float) -> tuple[bool, str]:
        """Admit a call, or do not; and the permit that it holds ("" in the closed state)."""
        if not self.admits(now):
            return False, ""
        if self.state == "closed":
            return True, ""
        if self.state == "open":
            self.state, self.changed_at = "half_open", now
        self.permit, self.permit_until = token, now + permit_seconds
        return True, token

    def succeeded(self, now: float, permit: str) -> bool:
        """A call came back well; whether that changed the state."""
        if self.state == "closed":
            self.failures = 0
        elif self.state == "half_open" and permit and permit == self.permit:
            self.state, self.failures, self.changed_at, self.permit = "closed", 0, now, ""
            return True
        return False

    def failed(self, now: float, permit: str) -> bool:
        """A call failed; whether that changed the state."""
        if self.state == "closed" and not permit:
            self.failures += 1
            if self.failures < FAILURES:
                return False
        elif not (self.state == "half_open" and permit and permit == self.permit):
            return False
        self.state, self.changed_at, self.permit = "open", now, ""
        return True

    def released(self, permit: str) -> None:
        """A call was given up without a result: its permit is free again."""
        if permit and permit == self.permit:
            self.permit = ""

    def rested(self, now: float, permit: str, seconds: float) -> None:
        """A call was answered with the wish to be left alone for `seconds`."""
        self.rest_until = max(self.rest_until, now + seconds)
        self.released(permit)
