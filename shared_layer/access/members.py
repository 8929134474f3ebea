"""Members: the people of a tenant, and what they may do there.

The platform's own record decides which tenant a person acts for, never a claim of the token: custom claims live an hour
in a token, and a record is changed or suspended at once. The record stands at the top, like an API key's, because the
tenant is only known once it is read; a person belongs to one tenant.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Literal

from pydantic import EmailStr

from shared_layer.core.models import Entity
from shared_layer.core.scopes import TENANT_SCOPES
from shared_layer.storage.gcp_clients import firestore

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "members"
USER_ID: Final = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
Role = Literal["owner", "editor", "viewer"]

_READ: Final = frozenset(scope for scope in TENANT_SCOPES if scope.endswith(":read"))
ROLES: Final[dict[Role, frozenset[str]]] = {
    "owner": TENANT_SCOPES,
    "editor": TENANT_SCOPES - {"keys:write", "tenants:write"},
    "viewer": _READ - {"keys:read"},
}
"""The scopes of a role. Credentials and settings are an owner's."""


class Member(Entity):
    """A person, by the user id of the identity provider, in a tenant."""

    id: str
    tenant_id: str
    email: EmailStr
    role: Role
    status: Literal["active", "suspended"] = "active"

    @property
    def scopes(self) -> frozenset[str]:
        """What the person may do."""
        return ROLES[self.role]


def member_reference(user_id: str) -> AsyncDocumentReference:
    """`members/{user_id}`. Raises ValueError for what is no user id."""
    if not USER_ID.fullmatch(user_id):
        raise ValueError(f"{user_id[:128]!r} is no user id")
    return firestore().collection(COLLECTION).document(user_id)
