"""Google's identity tokens: only this project's service accounts call triggers, and only the gateway forwards."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio

from shared_layer.core.settings import settings
from tests.support.platform import LocalPlatform
from tests.support.signing import Claims, Signer, bad_tokens


@dataclass(slots=True)
class Google:
    """The token service of the platform under test, and calls to functions without the gateway."""

    platform: LocalPlatform
    signer: Signer
    direct: httpx.AsyncClient

    def claims(self, slug: str, **changes: Any) -> Claims:
        now = int(time.time())
        return {
            "iss": "https://accounts.google.com",
            "aud": f"{self.platform.functions_url}/{slug}",
            "sub": "103456789012345678901",
            "email": f"relay@{settings().project}.iam.gserviceaccount.com",
            "email_verified": True,
            "iat": now - 5,
            "exp": now + 3600,
            **changes,
        }

    async def reap(self, token: str | None, **headers: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {token}"} if token is not None else {}
        return await self.direct.post(f"{self.platform.functions_url}/reap-stalled", headers=sent | headers)

    async def forward(self, token: str, key: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", "X-Forwarded-Authorization": f"Bearer {key}"}
        url = f"{self.platform.functions_url}/list-campaigns/api/v1/campaigns"
        return await self.direct.get(url, headers=headers)


@pytest_asyncio.fixture
async def google(platform: LocalPlatform, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Google]:
    signer = Signer()
    with signer.published() as url:
        monkeypatch.setenv("XYNERGY_OIDC_CERTIFICATES", url)
        settings.cache_clear()
        async with httpx.AsyncClient(trust_env=False) as direct:
            yield Google(platform, signer, direct)
    monkeypatch.undo()
    settings.cache_clear()


async def test_a_service_account_of_the_project_calls_a_trigger(google: Google) -> None:
    assert (await google.reap(google.signer.token(google.claims("reap-stalled")))).status_code == 204


async def test_the_issuer_may_be_written_without_its_scheme(google: Google) -> None:
    token = google.signer.token(google.claims("reap-stalled", iss="accounts.google.com"))
    assert (await google.reap(token)).status_code == 204


async def test_no_bad_identity_calls_a_trigger(google: Google) -> None:
    good, project = google.claims("reap-stalled"), settings().project
    addresses = {
        "another project's account": "relay@another.iam.gserviceaccount.com",
        "a person": "person@gmail.com",
        "the project in front": f"{project}.iam.gserviceaccount.com@evil.example",
        "the project as a part": f"relay@x-{project}.iam.gserviceaccount.com.evil.example",
        "no address": None,
        "a list": [f"relay@{project}.iam.gserviceaccount.com"],
    }
    bad = bad_tokens(google.signer, good)
    bad |= {name: google.signer.token({**good, "email": email}) for name, email in addresses.items()}
    bad |= {
        "email not verified": google.signer.token({**good, "email_verified": False}),
        "email verified by a text": google.signer.token({**good, "email_verified": "true"}),
        "aud is the host alone": google.signer.token({**good, "aud": urlsplit(good["aud"]).netloc}),
        "aud with the host as user": google.signer.token(
            {**good, "aud": f"https://{urlsplit(good['aud']).netloc}@evil.example/"}
        ),
        "a person's (Firebase)": google.signer.token({**good, "iss": f"https://securetoken.google.com/{project}"}),
    }
    assert len(bad) >= 40
    refused = {name: (await google.reap(token)).status_code for name, token in bad.items()}
    assert {name: status for name, status in refused.items() if status != 401} == {}
    assert (await google.reap(None)).status_code == 401
    assert (await google.reap("xyn_live_x")).status_code == 401


async def test_only_the_gateways_own_identity_may_forward_a_callers(google: Google) -> None:
    _, key = await google.platform.tenant()
    good = google.claims("list-campaigns", email=settings().gateway_identity)
    assert (await google.forward(google.signer.token(good), key)).status_code == 200
    other = {**good, "email": f"relay@{settings().project}.iam.gserviceaccount.com"}
    assert (await google.forward(google.signer.token(other), key)).status_code == 401
    refused = {
        name: (await google.forward(token, key)).status_code for name, token in bad_tokens(google.signer, good).items()
    }
    assert {name: status for name, status in refused.items() if status != 401} == {}
