"""What a piece of each type is made of."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from shared_layer.content.markup import LONGEST, Html
from shared_layer.core.ids import Id
from shared_layer.core.models import Model, empty_list

ContentType = Literal["blog", "landing", "email", "social"]
Network = Literal["x", "linkedin", "facebook", "instagram"]
LIMITS: Final[dict[Network, int]] = {"x": 280, "linkedin": 3000, "facebook": 5000, "instagram": 2200}
"""Characters of a post. https://docs.x.com/fundamentals/counting-characters counts a link as 23."""

LINK_LENGTH: Final = 23
WEB: Final[frozenset[ContentType]] = frozenset({"blog", "landing"})
"""The types that are pages, with an address of their own."""


def _web_address(text: str) -> str:
    if not text.startswith(("https://", "http://")) or any(sign.isspace() for sign in text):
        raise ValueError("write a whole address, such as https://www.example.com/offer")
    return text


WebUrl = Annotated[
    str,
    StringConstraints(min_length=8, max_length=2000),
    AfterValidator(_web_address),
    Field(examples=["https://www.example.com/offer"]),
]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\r\n]*$")]


class BlogBody(Model):
    """An article."""

    type: Literal["blog"]
    html: Html
    excerpt: Annotated[str, StringConstraints(max_length=400)] = ""
    cover_asset_id: Id | None = Field(default=None, examples=["ast_00000000000000000000"])


class Section(Model):
    """A part of a landing page."""

    heading: Line = Field(examples=["Why slowly"])
    html: Html


class CallToAction(Model):
    """What a reader is asked to do."""

    label: Annotated[str, StringConstraints(min_length=1, max_length=60)] = Field(examples=["Order now"])
    url: WebUrl


class LandingBody(Model):
    """A page that leads to one action."""

    type: Literal["landing"]
    headline: Line = Field(examples=["Bread worth the wait"])
    sections: Annotated[list[Section], Field(min_length=1, max_length=30)]
    call_to_action: CallToAction

    @model_validator(mode="after")
    def _fits_into_a_document(self) -> Self:
        if sum(len(section.html) for section in self.sections) > LONGEST:
            raise ValueError(f"the sections have more than {LONGEST} characters together")
        return self


class EmailBody(Model):
    """A mail to many."""

    type: Literal["email"]
    subject: Line = Field(examples=["This week's loaves"])
    preheader: Annotated[str, StringConstraints(max_length=200)] = ""
    html: Html


class SocialBody(Model):
    """A post in a network."""

    type: Literal["social"]
    network: Network
    text: Annotated[str, StringConstraints(min_length=1, max_length=5000)] = Field(examples=["Fresh from the oven."])
    link: WebUrl | None = None
    hashtags: Annotated[
        list[Annotated[str, StringConstraints(pattern=r"^\w{1,60}$"), Field(examples=["bread"])]], Field(max_length=30)
    ] = Field(default_factory=empty_list)

    @property
    def length(self) -> int:
        """What the network counts: text, link and hashtags, with the spaces between."""
        tags = sum(len(tag) + 2 for tag in self.hashtags)
        return len(self.text) + tags + (LINK_LENGTH + 1 if self.link else 0)

    @model_validator(mode="after")
    def _fits_the_network(self) -> Self:
        limit = LIMITS[self.network]
        if self.length > limit:
            raise ValueError(f"a post on {self.network} has at most {limit} characters; this one has {self.length}")
        return self


Body = Annotated[BlogBody | LandingBody | EmailBody | SocialBody, Field(discriminator="type")]
