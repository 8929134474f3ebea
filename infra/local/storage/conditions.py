"""ifGenerationMatch and its family (Cloud Storage: request preconditions)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from infra.local.storage.errors import BadRequest, NotModified, PreconditionFailed
from infra.local.storage.stored_object import StoredObject


@dataclass(frozen=True, slots=True)
class Conditions:
    """What must hold of an object for a call to go on. Generation 0 stands for "there is none"."""

    generation_match: int | None = None
    generation_not_match: int | None = None
    metageneration_match: int | None = None
    metageneration_not_match: int | None = None

    @classmethod
    def of(cls, parameters: Mapping[str, str], prefix: str = "if") -> Conditions:
        """Read query parameters; `prefix` is `if` or `ifSource`. Raises BadRequest for what is no number."""
        names = ("GenerationMatch", "GenerationNotMatch", "MetagenerationMatch", "MetagenerationNotMatch")
        return cls(*(number(parameters, prefix + name) for name in names))

    def as_json(self) -> dict[str, int | None]:
        return asdict(self)

    def check(self, current: StoredObject | None, reading: bool = False) -> None:
        """Raises PreconditionFailed, or NotModified where a `…NotMatch` fails on reading."""
        generation = current.generation if current else 0
        metageneration = current.metageneration if current else 0
        if self.generation_match not in (None, generation) or self.metageneration_match not in (None, metageneration):
            raise PreconditionFailed("At least one of the pre-conditions you specified did not hold.")
        unwanted_generation = self.generation_not_match == generation
        unwanted_metageneration = self.metageneration_not_match is not None and (
            self.metageneration_not_match == metageneration
        )
        if unwanted_generation or unwanted_metageneration:
            if reading:
                raise NotModified("The object has not changed.")
            raise PreconditionFailed("At least one of the pre-conditions you specified did not hold.")


def number(parameters: Mapping[str, str], name: str) -> int | None:
    """A whole-number parameter, None where absent; raises BadRequest for anything else."""
    value = parameters.get(name)
    if value is None or value == "":
        return None
    if not value.lstrip("-").isdigit():
        raise BadRequest(f"{name} must be a whole number, not {value!r}.")
    return int(value)
