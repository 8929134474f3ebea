"""Whether what is deployed is what is here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from infra.deploy.build import Archive
from infra.deploy.services import Deployed


@dataclass(frozen=True, slots=True)
class Standing:
    """One function: `wrong` says what is not as it should be, empty where all is well."""

    name: str
    revision: str
    traffic: str
    wrong: str


def standings(archives: Mapping[str, Archive], deployed: Mapping[str, Deployed]) -> tuple[Standing, ...]:
    """Every function that is here or there, sorted by name."""
    return tuple(_standing(name, archives.get(name), deployed.get(name)) for name in sorted({*archives, *deployed}))


def _standing(name: str, archive: Archive | None, found: Deployed | None) -> Standing:
    if found is None:
        return Standing(name, "–", "–", "not deployed")
    traffic = ", ".join(f"{share} % {revision}" for revision, share in found.traffic.items())
    if archive is None:
        wrong = "no longer declared"
    elif found.failing:
        wrong = found.failing
    elif found.source != archive.label:
        wrong = "another content than here"
    elif not found.settled:
        wrong = f"{found.newest} does not have all traffic"
    else:
        wrong = ""
    return Standing(name, found.newest, traffic, wrong)
