"""A new tenant set up: what is missing becomes tasks, with a first segment to work on. Cancelled, all of it goes."""

from __future__ import annotations

from shared_layer.core.models import Model
from shared_layer.crm.contact import Owner
from shared_layer.workflows.definition import Definition, Step


class TenantOnboarding(Model):
    """Who is to set the tenant up; left out, the tasks are nobody's yet."""

    assignee: Owner | None = None


TENANT_ONBOARDING = Definition(
    name="tenant_onboarding",
    version=1,
    summary="Look what a tenant has still to set up, make it tasks with due dates, and save a first segment.",
    given=TenantOnboarding,
    scopes=("crm:write", "tenants:read"),
    steps=(
        Step("look", ("get_tenant",)),
        Step("give_tasks", ("create_crm_task",), undone=True),
        Step("save_segment", ("create_segment",), undone=True),
    ),
)
