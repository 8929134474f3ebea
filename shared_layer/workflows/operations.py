"""What later work does, as the front door would call it: the tenant's policies are asked about the same operations.

A row is an operation of `functions/`; a test holds every row to its declaration.
"""

from __future__ import annotations

from typing import Final

from shared_layer.access.delegation import uphold_for
from shared_layer.access.policies import Called
from shared_layer.core.caller import Caller

_CRM: Final = "/api/xynergyos/v2/crm"

OPERATIONS: Final[dict[str, Called]] = {
    called.operation: called
    for called in (
        Called("create_campaign", "marketing:write", "POST", "/api/v1/campaigns", "marketing-engine", ""),
        Called("launch_campaign", "marketing:write", "POST", "/api/v1/campaigns/{campaign_id}:launch",
               "marketing-engine", ""),
        Called("create_crm_task", "crm:write", "POST", f"{_CRM}/tasks", "crm-engine", ""),
        Called("create_note", "crm:write", "POST", f"{_CRM}/notes", "crm-engine", ""),
        Called("create_segment", "crm:write", "POST", f"{_CRM}/segments", "crm-engine", ""),
        Called("post_slack_message", "slack:write", "POST", "/api/xynergyos/v2/slack/messages",
               "slack-intelligence-service", ""),
        Called("send_gmail", "gmail:write", "POST", "/api/xynergyos/v2/gmail/send",
               "gmail-intelligence-service", ""),
        Called("create_chat_completion", "ai:use", "POST", "/api/v1/ai/chat/completions", "ai-routing-engine", ""),
        Called("get_tenant", "tenants:read", "GET", "/api/v1/tenants/{tenant_id}", "tenant-management", ""),
        Called("start_workflow", "runtime:write", "POST", "/api/v1/workflows/{workflow}/runs", "system-runtime", ""),
        Called("test_webhook_endpoint", "webhooks:write", "POST", "/api/v1/webhook-endpoints/{endpoint_id}:test",
               "webhook-service", ""),
    )
}  # fmt: skip


async def uphold(caller: Caller, operation: str) -> None:
    """Let the caller's later work do what `operation` does. Raises ScopeMissing, PolicyDenied."""
    await uphold_for(caller, OPERATIONS[operation])
