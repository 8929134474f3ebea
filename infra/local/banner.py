"""What a newcomer reads first: where the platform is and two lines to try it with."""

from __future__ import annotations

from dataclasses import dataclass

from infra.local.screen import styled


@dataclass(frozen=True, slots=True)
class Facts:
    """What the banner tells; `api_key` is empty where no demo tenant was made."""

    gateway: str
    api_key: str
    operator_key: str
    data: str


def banner(facts: Facts, seconds: float) -> str:
    """The lines, ready to print; `seconds` is how long the start took."""
    fragment = f"#key={facts.api_key or facts.operator_key}"
    rows = [
        ("Gateway", facts.gateway),
        ("API docs", f"{facts.gateway}/docs"),
        ("Dashboard", f"{facts.gateway}/dashboard{fragment}"),
        ("API key", f"{facts.api_key}  (demo tenant)" if facts.api_key else "none: started with --no-demo"),
        ("Data", facts.data),
    ]
    lines = ["", styled(f"Xynergy is ready in {seconds:.1f} s", "bold"), ""]
    lines += [f"  {name:<10} {styled(value, 'cyan')}" for name, value in rows]
    if facts.api_key:
        lines += ["", "Create a campaign from a brief, then see its event:", "", *_tries(facts)]
    return "\n".join([*lines, "", styled("Ctrl-C stops it; the next start finds its data again.", "dim")])


def _tries(facts: Facts) -> list[str]:
    brief = '{"business_type": "bakery", "target_audience": "families nearby", "budget_range": "$5,000-$10,000"}'
    return [
        f"  curl -s {facts.gateway}/api/v1/campaigns -H 'X-API-Key: {facts.api_key}' \\",
        f"    -H 'Content-Type: application/json' -d '{brief}'",
        "",
        f"  curl -s '{facts.gateway}/api/v1/events?event_type=campaign_created' -H 'X-API-Key: {facts.api_key}'",
    ]
