"""People's tokens (Firebase), through the gateway: the record of the platform decides what they open."""

from __future__ import annotations

import time
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from shared_layer.access.credentials import advance_epoch
from shared_layer.access.members import Member, Role, member_reference
from shared_layer.core import clock
from shared_layer.core.settings import settings
from tests.support.platform import LocalPlatform
from tests.support.signing import Claims, Signer, bad_tokens

PATH = "/api/v1/campaigns"


@dataclass(slots=True)
class People:
    """The sign-in of the platform under test."""

    platform: LocalPlatform
    signer: Signer

    def claims(self, user_id: str, **changes: Any) -> Claims:
        now, project = int(time.time()), settings().project
        return {
            "iss": f"https://securetoken.google.com/{project}",
            "aud": project,
            "sub": user_id,
            "user_id": user_id,
            "iat": now - 5,
            "exp": now + 3600,
            "auth_time": now - 60,
            "email": "person@tenant.example",
            "email_verified": True,
            **changes,
        }

    async def member(self, tenant_id: str, role: Role = "owner", status: Any = "active") -> str:
        user_id, moment = uuid.uuid4().hex, clock.utcnow()
        member = Member(
            id=user_id,
            tenant_id=tenant_id,
            email="person@tenant.example",
            role=role,
            status=status,
            created_at=moment,
            updated_at=moment,
        )
        await member_reference(user_id).set(member.model_dump())
        return user_id

    async def call(self, token: str, method: str = "GET", path: str = PATH, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
        return await self.platform.gateway.request(method, path, headers=headers, **more)


@pytest_asyncio.fixture
async def people(platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[People]:
    signer = Signer()
    with signer.published() as url:
        monkeypatch.setenv("XYNERGY_USER_CERTIFICATES", url)
        settings.cache_clear()
        yield People(platform, signer)
    monkeypatch.undo()
    settings.cache_clear()


async def test_a_member_acts_in_the_tenant_of_the_record_whatever_the_token_claims(people: People) -> None:
    mine, _ = await people.platform.tenant()
    other, _ = await people.platform.tenant()
    user_id = await people.member(mine)
    token = people.signer.token(people.claims(user_id, tenant_id=other, firebase={"tenant": other}, role="operator"))
    assert (await people.call(token, path=f"/api/v1/tenants/{mine}")).status_code == 200
    assert (await people.call(token, path=f"/api/v1/tenants/{other}")).status_code == 404
    refused = await people.call(token, headers={"X-Tenant-ID": other})
    assert (refused.status_code, refused.json()["code"]) == (403, "tenant_mismatch")


async def test_a_role_gives_its_scopes_and_no_more(people: People) -> None:
    tenant_id, _ = await people.platform.tenant()
    viewer = people.signer.token(people.claims(await people.member(tenant_id, "viewer")))
    assert (await people.call(viewer)).status_code == 200
    refused = await people.call(viewer, "POST", "/api/v1/api-keys", json={"name": "x", "scopes": ["ai:use"]})
    assert refused.json()["code"] == "scope_missing"
    operate = await people.call(viewer, "POST", f"/api/v1/tenants/{tenant_id}:suspend", json={})
    assert operate.json()["code"] == "scope_missing"


async def test_unknown_and_suspended_people_are_refused(people: People) -> None:
    tenant_id, _ = await people.platform.tenant()
    for user_id in ("nobody", "..", "a/b", "__x__", await people.member(tenant_id, status="suspended")):
        answer = await people.call(people.signer.token(people.claims(user_id)))
        assert answer.status_code == 401, user_id


async def test_a_suspension_counts_at_the_next_request(people: People) -> None:
    tenant_id, _ = await people.platform.tenant()
    user_id = await people.member(tenant_id)
    token = people.signer.token(people.claims(user_id))
    assert (await people.call(token)).status_code == 200
    await member_reference(user_id).update({"status": "suspended"})
    await advance_epoch(tenant_id)
    assert (await people.call(token)).status_code == 401


async def test_a_remembered_token_ends_when_it_expires(people: People) -> None:
    tenant_id, _ = await people.platform.tenant()
    token = people.signer.token(people.claims(await people.member(tenant_id), exp=int(time.time()) + 120))
    assert (await people.call(token)).status_code == 200
    former = clock.use(lambda: time.time() + 121)
    try:
        assert (await people.call(token)).status_code == 401
    finally:
        clock.use(former)


async def test_no_bad_token_of_a_person_opens_anything(people: People) -> None:
    tenant_id, _ = await people.platform.tenant()
    good = people.claims(await people.member(tenant_id))
    bad = bad_tokens(people.signer, good) | {
        "no auth_time": people.signer.token({key: value for key, value in good.items() if key != "auth_time"}),
        "auth_time in the future": people.signer.token({**good, "auth_time": good["iat"] + 3000}),
        "empty sub": people.signer.token({**good, "sub": ""}),
        "sub that is a number": people.signer.token({**good, "sub": 7}),
        "sub that is too long": people.signer.token({**good, "sub": "a" * 200}),
        "a service account's": people.signer.token({**good, "iss": "https://accounts.google.com"}),
    }
    assert len(bad) >= 40
    accepted = []
    for name, token in bad.items():
        answer = await people.call(token)
        if answer.status_code != 401 or answer.json()["request_id"] != answer.headers["x-request-id"]:
            accepted.append((name, answer.status_code, answer.text))
    assert accepted == []
    assert (await people.call(people.signer.token(good))).status_code == 200


async def test_without_the_published_keys_a_token_is_a_503_and_an_api_key_still_opens(
    platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, key = await platform.tenant()
    monkeypatch.setenv("XYNERGY_USER_CERTIFICATES", "http://127.0.0.1:9/certs")
    settings.cache_clear()
    people = People(platform, Signer())
    assert (await people.call(people.signer.token(people.claims("x")))).status_code == 503
    assert (await platform.gateway.get(PATH, headers={"X-API-Key": key})).status_code == 200
    assert (await platform.gateway.get(PATH)).status_code == 401
    monkeypatch.undo()
    settings.cache_clear()
