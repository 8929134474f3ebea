"""Known places on the web: GA4's source categories, search engines, social networks and AI assistants by host.

The lists lie beside this module and are read when they are first asked for. Their credit stands in the file.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import orjson

Category = Literal["search", "shopping", "social", "video"]

_FILE: Final = Path(__file__).with_name("sources.json")
_COUNTRY: Final = re.compile(r"^(?:com?|org|net)?\.?[a-z]{2}$")
"""What `{}` stands for in a search engine's host: a country's top-level domain, `co.uk` and `com.br` among them."""


class Engine(NamedTuple):
    """A search engine: its name in lower case, and the parameters that may hold what was searched for."""

    name: str
    parameters: tuple[str, ...]


@cache
def _lists() -> dict[str, Any]:
    read: dict[str, Any] = orjson.loads(_FILE.read_bytes())
    return read


@cache
def _categories() -> dict[str, Category]:
    return {source: category for category, sources in _lists()["categories"].items() for source in sources}


@cache
def _engines() -> dict[str, Engine]:
    """By host; a country in it is written `{}`, as in the list."""
    return {
        host: Engine(listed["name"], tuple(name.lower() for name in listed["params"]))
        for listed in reversed(_lists()["engines"])
        for host in listed["hosts"]
    }


@cache
def _networks() -> frozenset[str]:
    return frozenset(_lists()["networks"])


def category_of(source: str) -> Category | None:
    """GA4's category of a source, whatever its case; None for one that is not in Google's list."""
    return _categories().get(source.lower())


def engine_of(host: str) -> Engine | None:
    """The search engine at a host (without `www.`)."""
    labels = host.split(".")
    spellings = [host]
    for count in (1, 2):
        if len(labels) > count and _COUNTRY.match(".".join(labels[-count:])):
            spellings.append(".".join([*labels[:-count], "{}"]))
    if len(labels[0]) == 2:
        spellings.append(".".join(["{}", *labels[1:]]))
    return next((_engines()[one] for one in spellings if one in _engines()), None)


def is_network(host: str) -> bool:
    """Whether a host, or a domain that it lies in, is a social network."""
    return any(domain in _networks() for domain in _domains(host))


def assistant_of(host: str) -> str | None:
    """The AI assistant at a host, or at a domain that it lies in."""
    assistants: dict[str, str] = _lists()["assistants"]
    return next((assistants[domain] for domain in _domains(host) if domain in assistants), None)


def _domains(host: str) -> list[str]:
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]
