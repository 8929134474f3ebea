"""What is wrong with the functions, each finding with what to do about it."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path

from infra.manifest import declaration_rules, path_rules
from infra.manifest.collect import function_files
from infra.manifest.model import Finding, Manifest, file_of
from shared_layer.core.declaration import HttpOperation

LINE_LIMIT = 60


def check(manifest: Manifest, event_types: Container[str]) -> tuple[Finding, ...]:
    """Every finding, sorted by file. `event_types` are the names that the event registry knows."""
    found: list[Finding] = [Finding(broken.file, broken.reason) for broken in manifest.broken]
    found += _files(manifest.root)
    found += _names(manifest)
    found += path_rules.collisions(manifest.operations)
    for declaration in manifest.declarations:
        messages = declaration_rules.messages(declaration, event_types)
        found += [Finding(file_of(declaration), message) for message in messages]
        if isinstance(declaration, HttpOperation):
            found += [Finding(file_of(declaration), message) for message in path_rules.messages(declaration.path)]
    return tuple(sorted(found, key=lambda finding: (finding.file, finding.message)))


def _files(root: Path) -> Iterator[Finding]:
    for file in function_files(root):
        lines = file.read_bytes().count(b"\n")
        if lines > LINE_LIMIT:
            relative = file.relative_to(root).as_posix()
            yield Finding(relative, f"has {lines} lines; move what is not types and one call to shared_layer")


def _names(manifest: Manifest) -> Iterator[Finding]:
    """A function is named like its file, and no two share a name: it is the deployed function's."""
    first: dict[str, str] = {}
    for declaration in manifest.declarations:
        file, name = file_of(declaration), declaration.name
        if name != Path(file).stem:
            yield Finding(file, f"holds a function called {name}; call it {Path(file).stem}, like the file")
        if declaration.slug in first:
            yield Finding(file, f"the name {name} is taken by {first[declaration.slug]}; rename the file and function")
        first.setdefault(declaration.slug, file)
