"""The whole document."""

from __future__ import annotations

import json
from typing import Any, Final

from infra.manifest.gateway_spec import gateway_spec
from infra.manifest.model import Manifest
from infra.manifest.terraform.functions import function_document
from infra.manifest.terraform.messaging import messaging_document, messaging_plan
from infra.manifest.terraform.stores import stores_document
from shared_layer.core.declaration import AnyDeclaration
from shared_layer.core.services import SERVICES

ADDRESS: Final = "https://{slug}-${number}.${region}.run.app"
"""A function's own URL, known before it exists; Terraform fills in the project's number and the region."""

HOST: Final = "${host}"


def terraform_document(manifest: Manifest) -> dict[str, Any]:
    """What `infra/terraform` takes as variables. Raises ValueError where files could not be read."""
    if manifest.broken:
        raise ValueError("; ".join(f"{broken.file}: {broken.reason}" for broken in manifest.broken))
    planned = messaging_plan(manifest)
    used = {declaration.service.name for declaration in manifest.declarations}
    asked_for = {
        "functions": {found.slug: function_document(found, planned.topics) for found in manifest.declarations},
        "services": {found.name: found.summary for found in SERVICES.values() if found.name in used},
        **messaging_document(planned),
        **stores_document(manifest.root),
    }
    return {"manifest": asked_for, "gateway": gateway_text(manifest)}


def gateway_text(manifest: Manifest, address: str = ADDRESS, host: str = HOST) -> str:
    """The gateway's specification as text; `{slug}` in `address` stands for a function's name."""

    def address_of(declaration: AnyDeclaration) -> str:
        return address.replace("{slug}", declaration.slug)

    return json.dumps(gateway_spec(manifest, address_of, host), ensure_ascii=False)
