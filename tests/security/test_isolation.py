"""No tenant finds anything of another: every operation, every object, lists, cursors, filters, bodies and replays.

All of it is generated from the manifest and from what the store holds: a new operation is probed by being declared.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import permutations, product
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio

from shared_layer.core.declaration import HttpOperation
from shared_layer.core.scopes import PUBLIC
from tests.support.eventually import eventually
from tests.support.examples import operations
from tests.support.platform import LocalPlatform
from tests.support.tenants import (
    WITHIN,
    Seeded,
    body_of,
    call,
    documents,
    open_to_tenants,
    seeded,
    values_of,
    without_shared_ids,
)

OPERATIONS = operations()
ADDRESSED = tuple(
    found for found in OPERATIONS if found.path_parameters and found.scope != PUBLIC and found.signature.injected
)
"""What is not told who asks (`get_model`) has nothing of a tenant's to show."""
LISTS = tuple(
    one
    for one in OPERATIONS
    if one.method == "GET" and open_to_tenants(one) and not one.path_parameters and not one.streams
)
AT_ONCE = 32
NOT_THE_BODYS = (404, 409, 412)
"""A body that names what is not there yet (a call, a provider), what a handler of the first of two calls is changing,
or a version that the first replaced."""


@dataclass(frozen=True, slots=True)
class Thoroughness:
    """How much is asked: `each` objects of every collection, `others` in filters and bodies, `least` in all."""

    each: int
    others: int
    least: int


QUICK = Thoroughness(each=1, others=1, least=1000)
WHOLE = Thoroughness(each=24, others=12, least=5000)


@dataclass(slots=True)
class Neighbours:
    """Three tenants, and what was found of one in the answers to another.

    A canary was never sent by anybody else. An id was, once it has been probed with: it may come back to who sent it.
    """

    platform: LocalPlatform
    tenants: list[Seeded]
    effort: Thoroughness
    probes: int = 0
    leaks: list[tuple[Any, ...]] = field(default_factory=list)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def pairs(self) -> list[tuple[Seeded, Seeded]]:
        return list(permutations(self.tenants, 2))

    async def probe(
        self,
        what: tuple[Any, ...],
        victim: Seeded,
        sent: str,
        ask: Callable[[], Awaitable[httpx.Response]],
        unknown: tuple[str, ...] = (),
    ) -> httpx.Response:
        """One answer to another tenant: the victim's canary, or an id of it that is `unknown` to the other, leaks."""
        async with self._room:
            try:
                async with asyncio.timeout(WITHIN):
                    answer = await _not_shed(ask)
            except TimeoutError:
                raise AssertionError(f"{what} did not answer within {WITHIN} s") from None
        self.probes += 1
        told = f"{answer.text} {answer.headers}".replace(sent or "\0", "").lower()
        shown = [one for one in unknown if len(one) > 8 and one.lower() in told]
        if victim.canary in told or shown or answer.status_code >= 500:
            self.leaks.append((*what, answer.status_code, shown, answer.text[:300]))
        return answer


@pytest_asyncio.fixture(
    scope="module", params=[pytest.param(QUICK, id="quick"), pytest.param(WHOLE, id="whole", marks=pytest.mark.long)]
)
async def neighbours(platform: LocalPlatform, request: pytest.FixtureRequest) -> AsyncIterator[Neighbours]:
    tenants = await asyncio.gather(*[seeded(platform, OPERATIONS) for _ in range(3)])
    without_shared_ids(tenants)
    yield Neighbours(platform, list(tenants), request.param)


async def test_the_seeding_reaches_every_operation_and_the_same_idempotency_keys_do_not_meet(
    neighbours: Neighbours,
) -> None:
    """Else the probes would find nothing because there is nothing."""
    for tenant in neighbours.tenants:
        answered = {name: answer for name, answer in tenant.answers.items() if answer.status_code not in NOT_THE_BODYS}
        failed = {name: answer.text for name, answer in answered.items() if answer.status_code >= 400}
        assert failed == {}, "give the models of these bodies an example"
        replayed = {name for name, answer in tenant.answers.items() if "idempotency-replayed" in answer.headers}
        assert replayed == set()
    owner = neighbours.tenants[0]
    missing = [one for one in ADDRESSED if one.method == "GET"]

    async def all_opened() -> bool:
        missing[:] = [one for one in missing if not await _opened(neighbours, owner, one)]
        return not missing

    with suppress(AssertionError):
        await eventually(all_opened, within=60.0)  # an export, for one, is there once its task is done
    assert [one.name for one in missing] == [], "seed an object of the kind of each"
    seen = [name for name, text in [await _listed(neighbours, owner, one) for one in LISTS] if owner.canary in text]
    assert len(seen) >= 3, seen


async def _opened(neighbours: Neighbours, owner: Seeded, operation: HttpOperation) -> bool:
    """Whether some object of the owner's opens the operation to it."""
    if not open_to_tenants(operation):
        return True
    asked = dict.fromkeys((*owner.sample(2), *owner.objects))
    for one in asked:
        values = values_of(operation, one)
        if (await call(neighbours.platform, operation, owner, values)).status_code == 200:
            return True
    return False


async def _listed(neighbours: Neighbours, tenant: Seeded, operation: HttpOperation) -> tuple[str, str]:
    return operation.name, (await call(neighbours.platform, operation, tenant, {})).text.lower()


async def test_no_list_shows_anything_of_another(neighbours: Neighbours) -> None:
    """Asked by tenants that were never told an id of another."""
    strangers = await asyncio.gather(*[seeded(neighbours.platform, OPERATIONS) for _ in range(2)])
    without_shared_ids([*strangers, *neighbours.tenants])

    async def look(operation: HttpOperation, caller: Seeded, victim: Seeded) -> None:
        ask = lambda: call(neighbours.platform, operation, caller, {}, **caller.auth)  # noqa: E731
        await neighbours.probe((operation.name,), victim, "", ask, victim.objects)

    pairs = [(caller, victim) for caller in strangers for victim in (*neighbours.tenants, *strangers)]
    await asyncio.gather(
        *[look(one, caller, victim) for one, (caller, victim) in product(LISTS, pairs) if caller is not victim]
    )
    assert neighbours.leaks == []


async def test_anothers_id_answers_like_one_that_does_not_exist(neighbours: Neighbours) -> None:
    absent = {}
    addressed = [one for one in ADDRESSED if one.method != "PUT"]  # which makes what is not there yet
    for operation, tenant in product(addressed, neighbours.tenants):
        values = dict.fromkeys(operation.path_parameters, "none_00000000000000000000")
        absent[operation.name, tenant.tenant_id] = _told(await call(neighbours.platform, operation, tenant, values))
        status = absent[operation.name, tenant.tenant_id][0]
        assert status == 404 or (status == 403 and not open_to_tenants(operation)), operation.name

    async def look(operation: HttpOperation, caller: Seeded, victim: Seeded, one: str, number: int) -> None:
        headers = _credential(caller, number)
        values = values_of(operation, one)
        what = (operation.name, caller.tenant_id, one)
        answer = await neighbours.probe(
            what, victim, one, lambda: call(neighbours.platform, operation, caller, values, **headers)
        )
        if _told(answer) != absent[operation.name, caller.tenant_id]:
            neighbours.leaks.append((*what, *_told(answer)))

    asked = [
        look(operation, _stranger(neighbours, victim, number), victim, one, number)
        for (turn, operation), victim in product(enumerate(addressed), neighbours.tenants)
        for number, one in enumerate(victim.sample(neighbours.effort.each, turn))
    ]
    before = neighbours.probes
    await asyncio.gather(*asked)
    assert neighbours.leaks == []
    print(f"isolation: {neighbours.probes - before} probes with an id of another, 0 leaks")
    assert neighbours.probes - before >= neighbours.effort.least


async def _not_shed(ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    """The answer; a call that a busy machine shed is asked again."""
    while True:
        answer = await ask()
        if answer.status_code != 503 or answer.json()["code"] != "overloaded":
            return answer
        await asyncio.sleep(0.1)


def _some(neighbours: Neighbours, victim: Seeded) -> tuple[str, ...]:
    """A few objects, evenly from all."""
    return victim.objects[:: -(-len(victim.objects) // neighbours.effort.others)]


def _stranger(neighbours: Neighbours, victim: Seeded, number: int) -> Seeded:
    """The two other tenants take turns: each object is asked for by one of them, through every operation."""
    return [tenant for tenant in neighbours.tenants if tenant is not victim][number % 2]


def _credential(caller: Seeded, number: int) -> dict[str, str]:
    """One way of three to show the same key."""
    bearer = {"Authorization": f"Bearer {caller.key}"}
    return (caller.auth, bearer, bearer | {"X-Tenant-ID": caller.tenant_id})[number % 3]


def _told(answer: httpx.Response) -> tuple[int, str, str]:
    problem = answer.json()
    return answer.status_code, problem["code"], problem["detail"]


async def test_a_tenant_that_is_named_answers_like_one_that_does_not_exist(neighbours: Neighbours) -> None:
    private = [operation for operation in OPERATIONS if operation.scope != PUBLIC]

    async def name(operation: HttpOperation, caller: Seeded, victim: Seeded, one: str) -> tuple[int, str, str]:
        values = values_of(operation, one)
        headers = caller.auth | {"X-Tenant-ID": victim.tenant_id}
        return _told(
            await neighbours.probe(
                (operation.name, "X-Tenant-ID"), victim, one,
                lambda: call(neighbours.platform, operation, caller, values, **headers),
            )
        )  # fmt: skip

    nobody = Seeded("t000000000000000", "", "canary-of-nobody")
    asked = [
        (one, *pair) for one, pair in product(private, neighbours.pairs()[: 6 if neighbours.effort is WHOLE else 2])
    ]
    told = await asyncio.gather(*[name(one, caller, victim, victim.objects[-1]) for one, caller, victim in asked])
    none = await asyncio.gather(*[name(one, caller, nobody, victim.objects[-1]) for one, caller, victim in asked])
    assert told == none
    assert {(status, code) for status, code, _ in told} == {(403, "tenant_mismatch")}
    assert neighbours.leaks == []


async def test_no_filter_and_no_cursor_of_another_shows_anything(neighbours: Neighbours) -> None:
    gateway = neighbours.platform.gateway
    cursors: list[tuple[str, Seeded, str]] = []
    for operation, owner in product(LISTS, neighbours.tenants):
        first = await gateway.get(f"{operation.path}?limit=1", headers=owner.auth)
        if first.headers["content-type"] == "application/json" and (cursor := first.json().get("next_cursor")):
            cursors.append((operation.path, owner, cursor))
    assert len(cursors) >= 6
    queries = [(path, victim, f"limit=200&cursor={quote(cursor)}") for path, victim, cursor in cursors]
    for operation, victim in product(LISTS, neighbours.tenants):
        fields = operation.signature.query[1].model_fields if operation.signature.query else {}
        queries += [
            (operation.path, victim, f"{name}={quote(one)}") for name in fields for one in _some(neighbours, victim)
        ]
        queries.append((operation.path, victim, ""))

    async def search(path: str, caller: Seeded, victim: Seeded, query: str) -> None:
        sent = query.partition("=")[2]
        await neighbours.probe((path, query), victim, sent, lambda: gateway.get(f"{path}?{query}", headers=caller.auth))

    await asyncio.gather(
        *[
            search(path, caller, victim, query)
            for path, victim, query in queries
            for caller in neighbours.tenants
            if caller is not victim
        ]
    )
    assert neighbours.leaks == []


async def test_no_id_of_another_in_a_body_brings_anything_to_light(neighbours: Neighbours) -> None:
    taking = [one for one in OPERATIONS if one.signature.body and open_to_tenants(one) and not one.path_parameters]

    async def give(operation: HttpOperation, caller: Seeded, victim: Seeded, one: str) -> None:
        headers = caller.auth | {"Idempotency-Key": uuid.uuid4().hex}
        await neighbours.probe(
            (operation.name, "body", one), victim, one,
            lambda: neighbours.platform.gateway.request(
                operation.method, operation.path, headers=headers, json=body_of(operation, one)
            ),
        )  # fmt: skip

    await asyncio.gather(
        *[
            give(operation, caller, victim, one)
            for operation, (caller, victim) in product(taking, neighbours.pairs())
            for one in _some(neighbours, victim)
        ]
    )
    assert neighbours.leaks == []


async def test_after_all_of_that_no_store_holds_anything_of_another(neighbours: Neighbours) -> None:
    """The last of this file: what the probes made is looked through."""
    for owner in neighbours.tenants:
        others = [tenant.canary for tenant in neighbours.tenants if tenant is not owner]
        async for snapshot in documents(owner.tenant_id):
            text = str(snapshot.to_dict()).lower()
            assert not any(canary in text for canary in others), snapshot.reference.path
