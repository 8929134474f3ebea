"""Tenants and their API keys."""

from shared_layer.tenants.creation import NewTenant, TenantWithKey, create_tenant
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
from shared_layer.tenants.tenant import StatusChange, Tenant, TenantChanges, get_tenant, set_status, update_tenant
from shared_layer.tenants.warehouse import provision_warehouse

__all__ = [
    "ApiKey",
    "IssuedKey",
    "KeyFilter",
    "NewKey",
    "NewTenant",
    "Rotation",
    "StatusChange",
    "Tenant",
    "TenantChanges",
    "TenantWithKey",
    "create_tenant",
    "get_key",
    "get_tenant",
    "issue_key",
    "list_keys",
    "provision_warehouse",
    "revoke_key",
    "rotate_key",
    "set_status",
    "update_tenant",
]
