"""Eventarc triggers, over its REST API (Google's client has no way to be pointed at another host)."""

from __future__ import annotations

from typing import Any

import httpx

from infra.local.provision.plan import Plan, Trigger

_LABELS = {"provisioned-by": "manifest"}


def apply(plan: Plan, base_url: str, project: str, location: str) -> None:
    """Create, replace and remove until the triggers are as planned. A trigger cannot be changed, only made anew."""
    parent = f"projects/{project}/locations/{location}"
    with httpx.Client(base_url=base_url, timeout=30.0, trust_env=False) as client:
        present = {found["name"]: found for found in _checked(client.get(f"/v1/{parent}/triggers")).get("triggers", [])}
        wanted = {f"{parent}/triggers/{planned.target.slug}": _resource(planned) for planned in plan.triggers}
        for name, found in present.items():
            wish = wanted.get(name)
            stale = plan.complete if wish is None else any(found.get(k) != v for k, v in wish.items())
            if stale and found.get("labels") == _LABELS:
                _checked(client.delete(f"/v1/{name}"))
            else:
                wanted.pop(name, None)
        for name, resource in wanted.items():
            created = {"triggerId": name.rpartition("/")[2]}
            _checked(client.post(f"/v1/{parent}/triggers", params=created, json=resource))


def _checked(response: httpx.Response) -> dict[str, Any]:
    if response.is_error:
        raise RuntimeError(f"{response.request.method} {response.request.url}: {response.status_code} {response.text}")
    answer: dict[str, Any] = response.json()
    return answer


def _resource(planned: Trigger) -> dict[str, Any]:
    filters = []
    for attribute, value, is_pattern in planned.filters:
        condition = {"attribute": attribute, "value": value}
        filters.append(condition | {"operator": "match-path-pattern"} if is_pattern else condition)
    return {
        "eventFilters": filters,
        "destination": {"httpEndpoint": {"uri": planned.target.address}},
        "serviceAccount": planned.target.account,
        "labels": _LABELS,
    }
