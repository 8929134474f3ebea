"""The plan that the mock answers: a plain, sensible one, the same for the same brief, and named as a mock."""

from __future__ import annotations

import hashlib

from shared_layer.marketing.brief import CampaignBrief
from shared_layer.marketing.plan import Channel, ChannelIdea, PlanDraft, VariantIdea

_MIXES: tuple[tuple[tuple[Channel, float, str], ...], ...] = (
    (
        ("search", 40, "Whoever searches for it wants it now."),
        ("social", 35, "Pictures and recommendations travel among the audience."),
        ("email", 25, "Those who bought once come back for the least money."),
    ),
    (
        ("social", 45, "The audience is there every day."),
        ("content", 30, "Useful pieces keep being found when the budget is spent."),
        ("email", 25, "A reason to return, sent to those who asked for it."),
    ),
    (
        ("search", 35, "Demand that exists is cheaper than demand that is made."),
        ("display", 25, "A reminder to those who looked and left."),
        ("events", 40, "Meeting the audience in person earns its trust."),
    ),
)
_GOAL = "win new customers"


def mock_draft(brief: CampaignBrief) -> PlanDraft:
    """A plan from the brief's own words: what a model would be asked to better."""
    business = _short(brief.business_type)
    audience = _short(brief.target_audience)
    goal = brief.goal or _GOAL
    digest = hashlib.sha256("\n".join(brief.template_parts()).encode()).digest()
    mix = _MIXES[digest[0] % len(_MIXES)]
    return PlanDraft(
        title=f"[mock] {business}: first campaign",
        summary=(
            f"[mock] A first campaign for {business}, made for {audience}, to {goal}. Two messages run side by side "
            "over three channels for four weeks; after two, the better message gets the rest of the budget."
        ),
        segments=[f"{audience}, new to the business", f"{audience}, who bought before"],
        channels=[ChannelIdea(channel=channel, share=share, reason=reason) for channel, share, reason in mix],
        variants=[
            VariantIdea(
                headline=f"{business}, made for you",
                body=f"For {audience}: come and see what {business} can do for you.",
                call_to_action="See what is new",
            ),
            VariantIdea(
                headline=f"What {audience} say about {business}",
                body="In their own words: why they came, and why they came back.",
                call_to_action="Read their stories",
            ),
        ],
        measures=["Cost of a new customer", "Share of visitors who buy", "Customers who come back within 30 days"],
    )


def _short(text: str, limit: int = 80) -> str:
    return text if len(text) <= limit else text[: limit - 1].rsplit(" ", 1)[0] + "…"
