"""A tenant's routing policy: what `model: "auto"` aims at, who may answer, and what else may save money."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, ConfigDict, Field

from shared_layer.ai.providers.provider import MICROS
from shared_layer.ai.providers.table import PROVIDERS
from shared_layer.ai.router.policy import KeepQuality, RoutingPolicy, SpendAtMost
from shared_layer.core.models import Entity, Model

COLLECTION: Final = "ai_routing"
VERSIONS: Final = "ai_routing_versions"
POLICY: Final = "policy"


class KeepQualityTarget(Model):
    """Keep this share of the strong model's quality, as cheaply as that allows."""

    kind: Literal["keep_quality"] = "keep_quality"
    share: Annotated[float, Field(ge=0, le=1)] = 0.95


class SpendAtMostTarget(Model):
    """Spend at most so many US dollars a request on average, as well as that allows."""

    kind: Literal["spend_at_most"]
    usd_per_request: Annotated[float, Field(ge=0, le=1000)]


def _known_providers(names: list[str] | None) -> list[str] | None:
    known = [provider.id for provider in PROVIDERS]
    if unknown := sorted(set(names or ()) - set(known)):
        raise ValueError(f"unknown providers {', '.join(unknown)}; providers are {', '.join(known)}")
    return sorted(set(names)) if names is not None else None


ProviderIds = Annotated[list[str], Field(min_length=1, max_length=50, examples=[["internal"]])]


class RoutingPolicyText(Model):
    """What a policy says. `allowed_providers` null: all. With `cascade` a cheap answer that can be checked comes first,
    and the strong model only where the check fails."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"target": {"kind": "keep_quality", "share": 0.95}, "cascade": True}]}
    )

    target: Annotated[KeepQualityTarget | SpendAtMostTarget, Field(discriminator="kind")] = Field(
        default_factory=KeepQualityTarget
    )
    confidence: Annotated[float, Field(ge=0.5, lt=1)] = Field(
        default=0.95, description="How sure the calibration must be that the target is kept."
    )
    allowed_providers: Annotated[ProviderIds | None, AfterValidator(_known_providers)] = None
    semantic_cache: bool = Field(default=False, description="Answer like questions from the cache; may be wrong.")
    cascade: bool = False
    hedge: bool = Field(
        default=False,
        description=(
            "Ask a second provider as well where the first is slower than in 95 of 100 calls: for about one call in"
            " twenty, which then costs twice."
        ),
    )

    @property
    def for_router(self) -> RoutingPolicy:
        """The same as the router takes it."""
        target = self.target
        if isinstance(target, SpendAtMostTarget):
            return RoutingPolicy(SpendAtMost(round(target.usd_per_request * MICROS)), self.confidence)
        return RoutingPolicy(KeepQuality(target.share), self.confidence)

    def allows(self, provider_id: str) -> bool:
        """Whether the provider may be asked."""
        return self.allowed_providers is None or provider_id in self.allowed_providers


class TenantPolicy(Entity, RoutingPolicyText):
    """A policy as stored; `version` counts its changes, 1 for the platform's own that nobody has changed."""

    model_config = ConfigDict(extra="ignore")

    changed_by: str = ""


class CalibrationNote(Model):
    """The threshold in force: the weak model answers from this probability on that it is good enough (1: never).

    `source` is `public` (the labelled data that the packaged router was trained on) or `own` (the tenant's outcomes).
    """

    threshold: float
    weak_share: float = Field(description="The part of the calibration's prompts that went to the weak model.")
    outcomes: int
    source: Literal["public", "own"]
    router: str


class RoutingPolicyView(TenantPolicy):
    """A policy with the calibration that belongs to it."""

    calibration: CalibrationNote
