"""The functions of the checkout, deployed on this machine: gateway, runner and documents in step with the files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.local.environment import GATEWAY_IDENTITY, PROJECT, REGION
from infra.local.gateway import Gateway, TokenIssuer
from infra.local.runner.runner import Runner
from infra.manifest.collect import collect
from infra.manifest.gateway_spec import gateway_spec
from infra.manifest.model import Manifest, file_of
from infra.manifest.openapi import openapi
from shared_layer.core.declaration import AnyDeclaration


class Deployment:
    """Serves the functions under `root` at `gateway_url` and `functions_url`.

    `data` takes `openapi.json` and `functions/catalogue.json` (what the local Functions API lists); `notice` takes
    lines for the terminal. A file that breaks keeps its place in the gateway, and answers with the reason until it is
    corrected; `broken` names such files, relative to `root`.
    """

    def __init__(
        self,
        root: Path,
        data: Path,
        gateway_url: str,
        functions_url: str,
        issuer: TokenIssuer,
        notice: Callable[[str], None],
    ) -> None:
        self._root, self._data, self._notice = root, data, notice
        self._gateway_url, self._functions_url = gateway_url, functions_url
        self._declarations: dict[str, AnyDeclaration] = {}
        self.broken: frozenset[str] = frozenset()
        self.runner = Runner()
        self.gateway = Gateway(self._spec(Manifest(())), self.runner.forward, issuer, GATEWAY_IDENTITY)
        self.refresh()

    @property
    def functions(self) -> int:
        """How many functions are deployed."""
        return len(self._declarations)

    def refresh(self) -> bool:
        """Read all files again; answers whether any declaration came, went or changed, so that provisioning is due."""
        manifest = collect(self._root)
        for broken in manifest.broken:
            self._notice(f"{broken.file}: {broken.reason}")
        self.broken = frozenset(broken.file for broken in manifest.broken)
        former = self._declarations
        self._declarations = {name: found for name, found in former.items() if file_of(found) in self.broken}
        self._declarations |= {found.slug: found for found in manifest.declarations}
        self._publish(Manifest(tuple(self._declarations.values()), manifest.broken, self._root))
        return {name: _told(found) for name, found in former.items()} != {
            name: _told(found) for name, found in self._declarations.items()
        }

    def address_of(self, declaration: AnyDeclaration) -> str:
        """The function's own URL."""
        return f"{self._functions_url}/{declaration.slug}"

    def _publish(self, manifest: Manifest) -> None:
        self.runner.serve({found.slug: self._root / file_of(found) for found in manifest.declarations})
        try:
            self.gateway.reload(self._spec(manifest))
        except ValueError as error:
            self._notice(f"The gateway keeps its former routes: {error}")
        _replace(self._data / "openapi.json", openapi(manifest, self._gateway_url))
        _replace(self._data / "functions" / "catalogue.json", [self._listed(found) for found in manifest.declarations])

    def _spec(self, manifest: Manifest) -> dict[str, Any]:
        return gateway_spec(manifest, self.address_of, self._gateway_url.partition("://")[2])

    def _listed(self, declaration: AnyDeclaration) -> dict[str, Any]:
        resources = declaration.resources
        return {
            "name": f"projects/{PROJECT}/locations/{REGION}/functions/{declaration.slug}",
            "description": declaration.summary,
            "url": self.address_of(declaration),
            "labels": {"service": declaration.service.name, "kind": declaration.kind},
            "service_account": f"{declaration.slug}@{PROJECT}.iam.gserviceaccount.com",
            "runtime": "python311",
            "entry_point": declaration.name,
            "memory": f"{resources.memory}Mi",
            "timeout_seconds": round(declaration.deadline),
            "min_instances": resources.min_instances,
            "max_instances": resources.max_instances,
            "concurrency": resources.concurrency,
        }


def _told(declaration: AnyDeclaration) -> str:
    """A declaration as text, without the handler: its address in memory changes with every reading."""
    fields = {name: getattr(declaration, name) for name in declaration.__dataclass_fields__}
    return repr({name: value for name, value in fields.items() if name not in ("handler", "signature")})


def _replace(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)
