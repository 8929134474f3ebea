"""Eventarc triggers, over its REST API (Google's client has no way to be pointed at another host)."""

from __future__ import annotations

from typing import Any

import httpx

from infra.local.provision.plan import Plan, Trigger

_LABELS = {"provisioned-by": "manifest"}


def apply(plan: Plan, base_url: str, project: str, location: str) -> None:
    """Create, change and remove until the triggers are as planned. What others made is left alone.

    A trigger is changed in place: one that is made anew would lose what it has not delivered.
    """
    parent = f"projects/{project}/locations/{location}"
    wanted = {f"{parent}/triggers/{planned.target.slug}": _resource(planned) for planned in plan.triggers}
    with httpx.Client(base_url=base_url, timeout=30.0, trust_env=False) as client:
        present = {found["name"]: found for found in _checked(client.get(f"/v1/{parent}/triggers")).get("triggers", [])}
        for name, resource in wanted.items():
            found = present.get(name)
            if found is None:
                created = {"triggerId": name.rpartition("/")[2]}
                _checked(client.post(f"/v1/{parent}/triggers", params=created, json=resource))
            elif found.get("labels") == _LABELS:
                changed = {field: value for field, value in resource.items() if found.get(field) != value}
                if changed:
                    _checked(client.patch(f"/v1/{name}", params={"updateMask": ",".join(changed)}, json=changed))
        for name, found in present.items() if plan.complete else ():
            if name not in wanted and found.get("labels") == _LABELS:
                _checked(client.delete(f"/v1/{name}"))


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
