"""`python -m infra.manifest check|list|gateway|openapi|catalogue|terraform|json`."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from infra.manifest.access import access_table
from infra.manifest.catalogue import catalogue, function_entry
from infra.manifest.check import check
from infra.manifest.collect import collect
from infra.manifest.gateway_spec import gateway_spec
from infra.manifest.listing import table
from infra.manifest.model import Manifest
from infra.manifest.openapi import openapi
from infra.manifest.terraform import terraform_document
from shared_layer.core.declaration import AnyDeclaration
from shared_layer.core.settings import settings
from shared_layer.messaging.events import every as every_event  # noqa: F401 - importing them registers them
from shared_layer.messaging.registry import EVENT_TYPES

ROOT = Path(__file__).resolve().parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Print what is asked for. Answers the exit code: 1 where `check` has findings or a document would lack a file."""
    options = _parser().parse_args(arguments)
    manifest = collect(options.root)
    if options.what == "check":
        return _check(manifest)
    if options.what == "list":
        print(access_table(manifest) if options.access else table(manifest))
    else:
        print(json.dumps(_document(manifest, options), indent=2, ensure_ascii=False))
    for broken in manifest.broken:
        print(f"left out {broken.file}: {broken.reason}", file=sys.stderr)
    return 1 if manifest.broken else 0


def _check(manifest: Manifest) -> int:
    findings = check(manifest, EVENT_TYPES)
    for finding in findings:
        print(f"{finding.file}: {finding.message}")
    count = len(manifest.declarations)
    if not findings:
        print(f"{count} functions, nothing to correct.")
        return 0
    print(f"\n{len(findings)} findings in {count + len(manifest.broken)} functions. Correct them, then check again.")
    return 1


def _document(manifest: Manifest, options: argparse.Namespace) -> dict[str, Any]:
    def address_of(declaration: AnyDeclaration) -> str:
        return str(options.address).replace("{slug}", declaration.slug)

    match options.what:
        case "gateway":
            return gateway_spec(manifest, address_of, options.host)
        case "openapi":
            return openapi(manifest, options.base_url)
        case "catalogue":
            return catalogue(manifest, address_of)
        case "terraform":
            return terraform_document(manifest)
        case _:
            return {
                "functions": [function_entry(found, address_of(found)) for found in manifest.declarations],
                "broken": [{"file": broken.file, "reason": broken.reason} for broken in manifest.broken],
            }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.manifest", description="The functions, described.")
    parser.add_argument("what", choices=["check", "list", "gateway", "openapi", "catalogue", "terraform", "json"])
    parser.add_argument("--root", type=Path, default=ROOT, help="the folder with functions/ and triggers/")
    parser.add_argument("--access", action="store_true", help="with list: what each function can touch")
    place = settings()
    address = f"https://{place.region}-{place.project}.cloudfunctions.net/{{slug}}"
    parser.add_argument("--address", default=address, help="a function's own URL; {slug} stands for its name")
    parser.add_argument("--host", default="api.xynergy.dev", help="the gateway's host name")
    parser.add_argument("--base-url", default="https://api.xynergy.dev", help="where callers reach the API")
    return parser


if __name__ == "__main__":
    sys.exit(main())
