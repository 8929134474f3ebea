"""How a campaign is mailed: to whom, from whom, in which wordings, at which hours and how fast."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, EmailStr, Field, StringConstraints, model_validator

from shared_layer.core.addresses import checked
from shared_layer.core.ids import Id
from shared_layer.core.models import Model, empty_list

LONGEST_BODY: Final = 100_000
"""Characters of a body: Gmail cuts a mail off at 102 kB."""

Line = Annotated[str, StringConstraints(min_length=1, max_length=300, pattern=r"^[^\r\n\x00]*$")]
Body = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_BODY, strip_whitespace=False)]
Label = Literal["a", "b", "c", "d"]
Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$"), Field(examples=["21:00"])]
Url = Annotated[
    str,
    StringConstraints(max_length=1000, pattern=r"^https?://[^\s<>\"]{3,}$"),
    AfterValidator(checked),
    Field(examples=["https://acme.example/"]),
]
_ZONE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{0,60}")


def known_zone(name: str) -> bool:
    """Whether the IANA database has a zone of that name."""
    if not _ZONE.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return False
    return True


def _checked_zone(name: str) -> str:
    if not known_zone(name):
        raise ValueError(f"{name!r} is no time zone; use a name of the IANA database such as Europe/Berlin")
    return name


TimeZone = Annotated[str, AfterValidator(_checked_zone), Field(examples=["Europe/Berlin"], max_length=64)]


class MailSender(Model):
    """Whom the mails are from."""

    email: EmailStr
    name: Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\r\n\x00<>\"]*$")] = Field(
        examples=["Corner Bakery"]
    )


class MailVariant(Model):
    """A wording: Liquid in `subject`, `body` (HTML, or MJML where it begins with <mjml>) and `text`.

    Without `text` the plain part is made from the HTML.
    """

    label: Label
    subject: Line
    body: Body
    text: Body | None = None


class AbTest(Model):
    """A part of the audience gets the variants evenly; the one that wins by clicks goes to the rest.

    It is decided `wait_hours` after the last mail of the test, once, where each variant reached `min_recipients`.
    """

    share: Annotated[float, Field(ge=0.05, le=1)] = 0.2
    wait_hours: Annotated[float, Field(ge=0, le=168)] = 4
    min_recipients: Annotated[int, Field(ge=10, le=1_000_000)] = 100


class ResendPlan(Model):
    """Once more to those who did not click: `after_hours`, with another subject where one is given."""

    after_hours: Annotated[float, Field(ge=0, le=336)] = 72
    subject: Line | None = None


class QuietHours(Model):
    """No mail is sent from `begins` to `ends`, by the clock where the contact lives."""

    begins: Clock = "21:00"
    ends: Clock = "08:00"

    @model_validator(mode="after")
    def _differ(self) -> QuietHours:
        if self.begins == self.ends:
            raise ValueError("begins and ends are the same: leave quiet_hours out where there are none")
        return self


class FrequencyCap(Model):
    """At most `mails` campaign mails to one address within `days`; what is beyond is skipped."""

    mails: Annotated[int, Field(ge=1, le=100)] = 3
    days: Annotated[int, Field(ge=1, le=30)] = 7


class Pacing(Model):
    """How fast: spread evenly `over_hours` of sending (0: at once); pauses do not count.

    With `usd_per_thousand` the mails are paid from the plan's e-mail channel, and a launch beyond it is refused.
    """

    over_hours: Annotated[float, Field(ge=0, le=720)] = 0
    usd_per_thousand: Annotated[float, Field(ge=0, le=1000)] = 0


class MailSetup(Model):
    """A campaign's mails. Without `variants` the wordings of the plan are taken, linking to `landing_url`."""

    segment_id: Id = Field(examples=["seg_00000000000000000000"])
    sender: MailSender
    reply_to: EmailStr | None = None
    variants: Annotated[list[MailVariant], Field(max_length=4)] = Field(default_factory=empty_list)
    landing_url: Url | None = None
    postal_address: Annotated[str, StringConstraints(max_length=300)] = Field(
        default="", description="Many laws want one in advertising mail; templates show it as {{ postal_address }}."
    )
    test: AbTest | None = None
    resend: ResendPlan | None = None
    quiet_hours: QuietHours | None = None
    timezone: TimeZone = Field(default="UTC", description="Of contacts of whom no place is known.")
    frequency_cap: FrequencyCap | None = Field(default_factory=FrequencyCap)
    pacing: Pacing = Field(default_factory=Pacing)

    @model_validator(mode="after")
    def _fits_together(self) -> MailSetup:
        labels = [variant.label for variant in self.variants]
        if len(set(labels)) < len(labels):
            raise ValueError("two variants have the same label")
        if not self.variants and self.landing_url is None:
            raise ValueError("give variants, or a landing_url that the plan's own wordings can link to")
        if self.test is not None and len(self.variants) == 1:
            raise ValueError("a test needs at least two variants")
        return self

    def variant(self, label: str) -> MailVariant:
        """The wording of that label."""
        return next(one for one in self.variants if one.label == label)
