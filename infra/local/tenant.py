"""The demo tenant: made once through the platform's own API, found again at every later start."""

from __future__ import annotations

from typing import Any

from infra.local.api import Answer, call
from infra.local.refusal import Refusal

_NAME = "Demo Bakery"
_OWNER = "owner@demo-bakery.example"


def demo_tenant(gateway: str, operator_key: str, remembered: dict[str, Any], *, unlimited: bool) -> tuple[str, str]:
    """`(tenant_id, api_key)` of the demo tenant, its plan without limits where `unlimited`.

    The remembered one is kept while its key is good. Raises Refusal where the platform does not make one.
    """
    plan = "unlimited" if unlimited else "standard"
    tenant_id, api_key = str(remembered.get("tenant_id", "")), str(remembered.get("api_key", ""))
    if tenant_id and api_key:
        known = call(gateway, "GET", f"/api/v1/tenants/{tenant_id}", api_key)
        if known.status == 200:
            if known.body.get("plan") != plan:
                _change_plan(gateway, operator_key, known, plan)
            return tenant_id, api_key
    made = call(
        gateway, "POST", "/api/v1/tenants", operator_key, {"name": _NAME, "owner_email": _OWNER, "plan": plan},
        # The same until a key is remembered: a start that is killed in between gets its tenant at the next.
        idempotency_key=f"demo-tenant-after-{tenant_id or 'none'}",
    )  # fmt: skip
    if made.status != 201:
        raise _refused("make the demo tenant", made)
    return str(made.body["tenant"]["id"]), str(made.body["api_key"]["key"])


def _change_plan(gateway: str, operator_key: str, known: Answer, plan: str) -> None:
    changed = call(
        gateway, "PATCH", f"/api/v1/tenants/{known.body['id']}", operator_key, {"plan": plan},
        if_match=known.headers.get("etag", "*"),
    )  # fmt: skip
    if changed.status != 200:
        raise _refused(f"give the demo tenant the plan {plan}", changed)


def _refused(what: str, answer: Answer) -> Refusal:
    detail = answer.body.get("detail", "no reason given")
    return Refusal(f"The platform did not {what}: {answer.status} {detail}; start with --no-demo to look into it")
