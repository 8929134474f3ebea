"""Every schedule runs to its end: none asks for an index that is not declared, whatever there is to do."""

from __future__ import annotations

import time

import pytest

from infra.local.options import ROOT
from infra.manifest.collect import collect
from shared_layer.core.context import enter
from shared_layer.core.declaration import ScheduleHandler
from shared_layer.messaging.unit import Unit
from tests.functions.governance.audit_key import mount_audit_key
from tests.support.platform import LocalPlatform
from tests.support.staging import context

SCHEDULES = [found for found in collect(ROOT).declarations if isinstance(found, ScheduleHandler)]
SWEEPS_A_MINUTE = {"sweep_outbox"}
"""Ends with its minute; tests/shared_layer/messaging/test_outbox.py runs it by the clock."""


@pytest.mark.parametrize(
    "schedule", [one for one in SCHEDULES if one.name not in SWEEPS_A_MINUTE], ids=lambda one: one.name
)
async def test_a_schedule_comes_to_its_end(platform: LocalPlatform, schedule: ScheduleHandler) -> None:
    await platform.tenant()
    mount_audit_key()
    moment = context(schedule.service.name, "")
    moment.deadline = time.monotonic() + schedule.deadline
    enter(moment)
    unit = Unit(moment, "", schedule.emits)
    taken = {"unit": unit} if "unit" in schedule.handler.__annotations__ else {}
    await schedule.handler(**taken)
    await unit.commit()
    assert unit.empty
