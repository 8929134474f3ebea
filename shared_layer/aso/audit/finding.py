"""What an audit says of one thing on a page."""

from __future__ import annotations

from typing import Final, Literal

from shared_layer.core.models import Model

Area = Literal["indexing", "head", "headings", "schema", "images", "links", "keyphrase", "readability"]
Severity = Literal["critical", "warning", "notice", "good"]
WEIGHT: Final[dict[Severity, int]] = {"critical": 25, "warning": 8, "notice": 3, "good": 0}


class AuditFinding(Model):
    """`check` names it; `reason` is what was seen, `fix` what to do; a good one has no fix."""

    check: str
    area: Area
    severity: Severity
    reason: str
    fix: str | None = None


def score_of(findings: list[AuditFinding]) -> int:
    """100 less what each finding weighs: 25 for a critical one, 8 for a warning, 3 for a notice; at least 0."""
    return max(0, 100 - sum(WEIGHT[one.severity] for one in findings))


def good(check: str, area: Area, reason: str) -> AuditFinding:
    """Something that is as it should be."""
    return AuditFinding(check=check, area=area, severity="good", reason=reason)


def bad(check: str, area: Area, severity: Severity, reason: str, fix: str) -> AuditFinding:
    """Something to be mended."""
    return AuditFinding(check=check, area=area, severity=severity, reason=reason, fix=fix)
