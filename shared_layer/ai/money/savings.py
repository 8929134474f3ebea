"""What was saved against asking the strong external model everything, factor by factor.

    saving = 1 − (1 − hit rate) · (1 − token saving) · (1 − routing saving)

Each factor is a share of money, so that the product is exactly 1 − spent / baseline: of the baseline (every prompt as
it was written, at the strong model's price) the cache answered `hit rate`; of the rest, the optimiser's shorter
prompts spared `token saving`; of what was left, cheaper models spared `routing saving`. What was spent is the ledger's.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from shared_layer.ai.money.ledger_page import CASCADE, SEMANTIC, SUMS
from shared_layer.ai.money.usage_report import sums_of
from shared_layer.core.caller import Caller
from shared_layer.core.confidence import bounds
from shared_layer.core.day_span import DaySpan
from shared_layer.core.models import Model


class CascadeGain(Model):
    """What checking cheap answers brought: `spared_micros` is by how much verified ones were cheaper than the strong
    model that would have been asked, `check_micros` what checks and doubted answers cost, `gain_micros` the difference.

    It is a part of the routing saving, not a factor of its own.
    """

    passed: int
    escalated: int
    spared_micros: int
    check_micros: int
    gain_micros: int


class LikeQuestions(Model):
    """Answers to like questions, where the policy has the semantic cache on. Some are `checked`: the model is asked and
    answers, and the cached answer is compared with its. `wrong_at_most` bounds the share of wrong ones with 95 %
    confidence; null where none was checked.
    """

    hits: int
    checked: int
    wrong: int
    wrong_at_most: float | None


class Savings(Model):
    """Money in millionths of a US dollar; shares from 0 to 1, null where nothing was asked. Negative: it cost more.

    `cache_hits` and `requests` count, whatever the prompts would have cost.
    """

    since: date
    until: date
    requests: int
    cache_hits: int
    baseline_micros: int
    spent_micros: int
    saved_micros: int
    hit_rate: float | None
    token_saving: float | None
    routing_saving: float | None
    saving: float | None
    tokens_saved: int
    cascade: CascadeGain
    like_questions: LikeQuestions


async def report_savings(period: DaySpan, caller: Caller) -> Savings:
    """The tenant's savings of a period."""
    sums: Counter[str] = Counter()
    async for found in sums_of(caller.tenant_id, period):
        sums.update({name: found.get(name, 0) for name in (*SUMS, *CASCADE, *SEMANTIC)})
    return savings_of(sums, period.first, period.last)


def savings_of(sums: Counter[str], first: date, last: date) -> Savings:
    """The factors of the ledger's sums."""
    asked = sums["baseline_micros"]
    baseline = asked + sums["hit_baseline_micros"]
    spent = sums["cost_micros"]
    return Savings(
        since=first,
        until=last,
        requests=sums["calls"] + sums["hits"],
        cache_hits=sums["hits"],
        baseline_micros=baseline,
        spent_micros=spent,
        saved_micros=baseline - spent,
        hit_rate=_share(asked, baseline),
        token_saving=_share(sums["sent_micros"], asked),
        routing_saving=_share(spent, sums["sent_micros"]),
        saving=_share(spent, baseline),
        tokens_saved=sums["tokens_saved"],
        cascade=CascadeGain(
            passed=sums["checks_passed"],
            escalated=sums["checks_failed"],
            spared_micros=sums["spared_micros"],
            check_micros=sums["check_micros"],
            gain_micros=sums["spared_micros"] - sums["check_micros"],
        ),
        like_questions=_like_questions(sums),
    )


def _like_questions(sums: Counter[str]) -> LikeQuestions:
    checked, wrong = sums["semantic_checked"], sums["semantic_wrong"]
    at_most = bounds(wrong, checked)[1] if checked else None
    return LikeQuestions(hits=sums["semantic_hits"], checked=checked, wrong=wrong, wrong_at_most=at_most)


def _share(left: int, whole: int) -> float | None:
    """The part of `whole` that is not `left`."""
    return None if not whole else 1 - left / whole
