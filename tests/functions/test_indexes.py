"""Every list, asked by each of its filters alone and by every two of them, has the indexes that Firestore would demand.

The local Firestore refuses what `infra/terraform/firestore.indexes.json` does not declare, in all tests. This one makes
sure that no filter is forgotten: the queries are made from the manifest. XYNERGY_RECORD_INDEXES=1 ./deploy.sh test …
adds what is missing to the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any, get_args

import httpx

from infra.local.firestore.declared import read, written
from infra.local.programs import INDEXES
from shared_layer.core.declaration import HttpOperation
from shared_layer.core.scopes import PUBLIC
from tests.support.examples import Example, operations
from tests.support.platform import LocalPlatform

PAGING = frozenset({"limit", "cursor"})


def _choices(annotation: Any) -> list[Any]:
    """Every value of an enumeration or a switch, one example of anything else."""
    kinds = [kind for kind in (annotation, *get_args(annotation)) if kind is not type(None)]
    for kind in kinds:
        values = [value for value in get_args(kind) if isinstance(value, str | int)]
        if values:
            return values
        if kind is bool:
            return ["true", "false"]
    return [Example("x1").of(annotation)]


def _queries(operation: HttpOperation) -> Iterator[dict[str, Any]]:
    if operation.signature.query is None:
        return
    fields = operation.signature.query[1].model_fields
    filters = {name: _choices(found.rebuild_annotation()) for name, found in fields.items() if name not in PAGING}
    required = {name: filters[name][0] for name, found in fields.items() if found.is_required() and name in filters}
    yield required
    for size in (1, 2):
        for names in combinations(filters, size):
            for values in product(*(filters[name] for name in names)):
                yield required | dict(zip(names, values, strict=True))


async def _answer(platform: LocalPlatform, key: str, operation: HttpOperation, query: dict[str, Any]) -> httpx.Response:
    path = operation.path.replace("{", "").replace("}", "")
    return await platform.gateway.get(path, params=query, headers={"X-API-Key": key})


async def test_no_list_lacks_an_index(platform: LocalPlatform) -> None:
    _, key = await platform.tenant()
    lists = [one for one in operations() if one.method == "GET" and not one.streams and one.scope != PUBLIC]
    asked = [(one, query) for one in lists for query in _queries(one)]
    answers = [(one.name, query, await _answer(platform, key, one, query)) for one, query in asked]
    assert len(answers) > 50
    assert [(name, query, answer.text) for name, query, answer in answers if answer.status_code >= 500] == []
    refused = {name for name, _, answer in answers if answer.status_code in (400, 422)}
    answered = {name for name, _, answer in answers if answer.status_code in (200, 404)}
    assert refused <= answered, "each list takes at least one of its queries"
    by = {(name, field) for name, query, _ in answers for field in query}
    taken = {(name, field) for name, query, answer in answers if answer.status_code in (200, 404) for field in query}
    assert by == taken, "each filter is taken at least once: give it an example"


def test_the_declared_indexes_are_sorted_and_written_once() -> None:
    text = INDEXES.read_text()
    assert text == written(read(text))
