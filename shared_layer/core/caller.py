"""Who calls: the tenant, the credential and what it may do."""

from __future__ import annotations

from typing import NamedTuple

from shared_layer.core.context import RequestContext


class Caller(NamedTuple):
    """The verified origin of a call. `tenant_id` comes from the credential and from nowhere else.

    `principal` is the key's id, `user_` and a person's id, or the operator's fingerprint; `role` is a person's; `seal`
    is the credential itself, held only to seal what must not lie readable in a store, and never shown (repr leaves it
    out). `epoch` counts the changes of the tenant's settings as the gate saw it (None: not known), so that what a
    process remembers of them can be told stale.
    """

    tenant_id: str
    principal: str
    scopes: frozenset[str]
    plan: str
    operator: bool
    context: RequestContext
    role: str = ""
    seal: bytes = b""
    epoch: int | None = None

    def __repr__(self) -> str:
        return f"Caller({self.principal} of {self.tenant_id})"

    @property
    def request_id(self) -> str:
        """The id under which this call's log lines, events and problems are found."""
        return self.context.request_id

    def may(self, scope: str) -> bool:
        """Whether the credential holds `scope`."""
        return self.operator or scope in self.scopes
