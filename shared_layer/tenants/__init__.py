"""Tenants and their API keys."""

from shared_layer.tenants.creation import NewTenant, TenantWithKey, create_tenant
from shared_layer.tenants.deletion import delete_tenant, restore_tenant
from shared_layer.tenants.erasure import erase_due_tenants
from shared_layer.tenants.keys import (
    ApiKey,
    IssuedKey,
    KeyFilter,
    NewKey,
    Rotation,
    get_key,
    issue_key,
    list_keys,
    revoke_key,
    rotate_key,
)
from shared_layer.tenants.onboarding import TenantProfile, get_profile
from shared_layer.tenants.quotas import (
    QuotaReceipt,
    QuotaRefund,
    Quotas,
    QuotaUse,
    consume_quota,
    refund_quota,
    show_quotas,
)
from shared_layer.tenants.tenant import StatusChange, Tenant, TenantChanges, get_tenant, set_status, update_tenant
from shared_layer.tenants.unopposed import commit_unopposed
from shared_layer.tenants.usage import take_usage
from shared_layer.tenants.warehouse import provision_warehouse

__all__ = [
    "ApiKey",
    "IssuedKey",
    "KeyFilter",
    "NewKey",
    "NewTenant",
    "QuotaReceipt",
    "QuotaRefund",
    "QuotaUse",
    "Quotas",
    "Rotation",
    "StatusChange",
    "Tenant",
    "TenantChanges",
    "TenantProfile",
    "TenantWithKey",
    "commit_unopposed",
    "consume_quota",
    "create_tenant",
    "delete_tenant",
    "erase_due_tenants",
    "get_key",
    "get_profile",
    "get_tenant",
    "issue_key",
    "list_keys",
    "provision_warehouse",
    "refund_quota",
    "restore_tenant",
    "revoke_key",
    "rotate_key",
    "set_status",
    "show_quotas",
    "take_usage",
    "update_tenant",
]
