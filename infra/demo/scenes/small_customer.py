"""A small customer who reads too often: refused politely, with how long to wait; the company notices nothing."""

from __future__ import annotations

import time

import httpx

from infra.demo.api import Api, told
from infra.demo.stage import Stage, new_key


def small_customer(stage: Stage) -> None:
    """Read until the plan's rate is used up, wait as long as Retry-After says, and read on."""
    story, planned = stage.story, stage.day.small_customer
    story.scene("A price board that asks in a loop")
    if stage.operator is None:
        story.skipped(f"Take in “{planned.name}”", "needs the operator's key (--operator-key)")
        return
    tenant = {"name": planned.name, "owner_email": planned.owner_email, "plan": "standard"}
    made = stage.operator.call("POST", "/api/v1/tenants", tenant, idempotency_key=new_key())
    story.step(f"The operator takes in “{planned.name}”, standard plan", told(made), made.status_code == 201)
    with Api(stage.place.gateway, made.json()["api_key"]["key"]) as customer:
        _stopped_and_waits(stage, customer)


def _stopped_and_waits(stage: Stage, customer: Api) -> None:
    story, planned = stage.story, stage.day.small_customer
    read, last = _read_on(customer, planned.reads)
    policy = last.headers.get("ratelimit-policy", "no RateLimit-Policy")
    story.step(
        "Its board reads without a pause", f"{read} answers ({policy}), then {told(last)}", last.status_code == 429
    )
    seconds = int(last.headers.get("retry-after", "0"))
    other = stage.company.call("GET", "/api/v1/campaigns?limit=1")
    story.step("Meanwhile the roastery reads", told(other), other.is_success)
    time.sleep(seconds)
    again = customer.once("GET", "/api/v1/campaigns?limit=1")
    story.step(f"It waits the {seconds} s of Retry-After, and reads", told(again), seconds > 0 and again.is_success)


def _read_on(customer: Api, times: int) -> tuple[int, httpx.Response]:
    """Read until it is refused, or so many times; how many answers there were, and the last one."""
    for read in range(times):
        answer = customer.once("GET", "/api/v1/campaigns?limit=1")
        if not answer.is_success:
            return read, answer
    return times, answer
