import stat

import httpx
import jwt
import pytest
from starlette.applications import Starlette

from infra.local.clock import ManualClock
from infra.local.identity import Issuer


@pytest.fixture
def clock():
    return ManualClock()


@pytest.fixture
def issuer(tmp_path, clock):
    return Issuer(tmp_path, clock)


def claims(issuer, token, audience, **options):
    keys = jwt.PyJWKSet.from_dict(issuer.jwks())
    key = keys[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode(token, key, ["RS256"], audience=audience, options={"verify_exp": False, "verify_iat": False})


def test_a_token_verifies_against_the_published_keys_and_says_who_and_for_whom(issuer, clock):
    found = claims(issuer, issuer.token("https://f.example", "push@p.iam", team="a"), "https://f.example")
    assert found["iss"] == "https://accounts.google.com"
    assert (found["email"], found["email_verified"], found["team"]) == ("push@p.iam", True, "a")
    assert (found["iat"], found["exp"]) == (int(clock.now()), int(clock.now()) + 3600)
    assert found["sub"].isdigit()


def test_a_token_for_another_audience_is_refused(issuer):
    with pytest.raises(jwt.InvalidAudienceError):
        claims(issuer, issuer.token("https://f.example", "a@b"), "https://g.example")


async def test_a_token_is_given_again_until_five_minutes_before_it_expires(issuer, clock):
    first = issuer.token("aud", "a@b")
    await clock.advance(3299)
    assert issuer.token("aud", "a@b") == first
    await clock.advance(1)
    assert issuer.token("aud", "a@b") != first


def test_tokens_with_other_claims_are_others(issuer):
    assert issuer.token("aud", "a@b", scope="x") != issuer.token("aud", "a@b", scope="y")


def test_the_key_outlives_the_process_and_only_its_owner_may_read_it(tmp_path, issuer):
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Issuer(tmp_path).jwks() == issuer.jwks()


async def test_the_keys_are_served_where_google_serves_its_own(issuer):
    transport = httpx.ASGITransport(Starlette(routes=issuer.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://local") as client:
        answer = await client.get("/oauth2/v3/certs")
    assert answer.json() == issuer.jwks()
    assert "max-age" in answer.headers["cache-control"]
    assert "d" not in answer.json()["keys"][0]
