"""Search Console and Google's token endpoint on loopback, as their documentation says: properties with days of rows.

Rows come by page of `rowLimit` from `startRow`, most clicks first. What was asked is in `asked`;
`fail_next("query", …)` makes the next queries answer otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tests.support.google_double import GoogleDouble
from tests.support.provider_double import Answer, Json, served

SITES = "/webmasters/v3/sites"


@dataclass(frozen=True, slots=True)
class Seen:
    """A search on a page, by device and country."""

    query: str
    page: str
    clicks: int
    impressions: int
    position: float
    device: str = "MOBILE"
    country: str = "usa"


class SearchConsoleDouble(GoogleDouble):
    """`days` holds what was seen, by property and day; `hidden` are clicks a day that no row tells of."""

    def __init__(self) -> None:
        super().__init__()
        self.days: dict[str, dict[str, list[Seen]]] = defaultdict(dict)
        self.readable: list[str] = []
        self.hidden = 0
        self.asked: list[Json] = []

    def fail_next(self, name: str, status: int, answer: str, times: int = 1, **headers: str) -> None:
        """Let the next calls be refused for that reason."""
        super().fail_next(name, status, _error(status, answer), times, **headers)

    def answer(self, method: str, path: str, given: Json, token: str) -> Answer:
        if path == "/token":
            return self.token(given)
        if token not in self.access_tokens or self.revoked:
            return 401, _error(401, "authError"), {}
        if path == SITES:
            entries = [{"siteUrl": one, "permissionLevel": "siteOwner"} for one in self.readable]
            unverified = {"siteUrl": "https://not-mine.example/", "permissionLevel": "siteUnverifiedUser"}
            return 200, {"siteEntry": [*entries, unverified]}, {}
        if fault := self.fault("query"):
            return fault
        site = unquote(path.removeprefix(f"{SITES}/").removesuffix("/searchAnalytics/query"))
        if site not in self.readable:
            return 403, _error(403, "forbidden"), {}
        self.asked.append(given)
        return 200, self._query(self.days[site].get(given["startDate"], []), given), {}

    def _query(self, seen: list[Seen], given: Json) -> Json:
        assert given["startDate"] == given["endDate"]
        assert (given["dataState"], given["type"]) == ("final", "web")
        sums: dict[tuple[str, ...], list[float]] = {}
        for one in seen:
            key = tuple(str(getattr(one, name)) for name in given["dimensions"])
            row = sums.setdefault(key, [0, 0, 0.0])
            row[0] += one.clicks
            row[1] += one.impressions
            row[2] += one.position * one.impressions
        rows = [
            {"keys": list(key), "clicks": c, "impressions": i, "ctr": c / i, "position": w / i}
            for key, (c, i, w) in sorted(sums.items(), key=lambda item: -item[1][0])
        ]
        if given["dimensions"] == ["device"] and rows:
            rows[0]["clicks"] += self.hidden
        page: list[Any] = rows[given["startRow"] : given["startRow"] + given["rowLimit"]]
        return {"rows": page, "responseAggregationType": "byPage"} if page else {"responseAggregationType": "byPage"}


def _error(status: int, reason: str) -> Json:
    return {"error": {"code": status, "message": reason, "errors": [{"reason": reason, "domain": "global"}]}}


@contextmanager
def search_console_double() -> Iterator[SearchConsoleDouble]:
    """An account that answers at its `url`."""
    with served(SearchConsoleDouble()) as double:
        yield double
