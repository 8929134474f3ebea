from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from infra.local.gateway.tokens import LIFETIME

if TYPE_CHECKING:
    from conftest import Stage


async def test_a_function_sees_the_path_and_query_of_the_call(stage: Stage) -> None:
    answer = await stage.call(path="/api/v1/things/a%20b?limit=3&x=%C3%A4")
    assert (answer.status, answer.body) == (200, b"done")
    assert stage.seen.scope["raw_path"] == b"/api/v1/things/a%20b"
    assert stage.seen.scope["query_string"] == b"limit=3&x=%C3%A4"


async def test_the_path_is_appended_to_the_path_of_the_address(stage: Stage) -> None:
    stage.apps["http://fn/mounted/"] = stage.apps["http://fn"]
    stage.gateway.reload(stage.spec(address="http://fn/mounted/"))
    await stage.call()
    assert stage.seen.scope["path"] == "/mounted/api/v1/things/7"
    assert stage.seen.scope["raw_path"] == b"/mounted/api/v1/things/7"


async def test_the_gateway_calls_as_itself_and_hands_the_callers_credential_on(stage: Stage) -> None:
    await stage.call(headers={"Authorization": "Bearer xyn_live_1"})
    assert stage.seen.header("authorization") == "Bearer gateway@p.example->https://fn.example#1"
    assert stage.seen.header("x-forwarded-authorization") == "Bearer xyn_live_1"


async def test_a_caller_cannot_forge_what_the_gateway_vouches_for(stage: Stage) -> None:
    await stage.call(
        headers={
            "X-Forwarded-Authorization": "Bearer forged",
            "X-Apigateway-Api-Userinfo": "forged",
            "X-Forwarded-Host": "forged.example",
            "X-Forwarded-Proto": "gopher",
        }
    )
    assert stage.seen.header("x-forwarded-authorization") is None
    assert stage.seen.header("x-apigateway-api-userinfo") is None
    assert stage.seen.header("x-forwarded-host") == "api.example"
    assert stage.seen.header("x-forwarded-proto") == "https"
    assert stage.seen.header("host") == "fn"


async def test_the_callers_address_is_appended_to_the_ones_that_it_claims(stage: Stage) -> None:
    await stage.call(headers={"X-Forwarded-For": "198.51.100.1"})
    assert stage.seen.header("x-forwarded-for") == "198.51.100.1, 203.0.113.9"
    await stage.call()
    assert stage.seen.header("x-forwarded-for") == "203.0.113.9"


async def test_other_headers_pass_untouched(stage: Stage) -> None:
    await stage.call(headers={"X-API-Key": "xyn_live_1", "Idempotency-Key": "k", "Traceparent": "00-a-b-01"})
    assert stage.seen.header("x-api-key") == "xyn_live_1"
    assert stage.seen.header("idempotency-key") == "k"
    assert stage.seen.header("traceparent") == "00-a-b-01"


async def test_headers_of_a_connection_end_with_it(stage: Stage) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await stage.echo(scope, receive, _discard)
        headers = [(b"Connection", b"close"), (b"Keep-Alive", b"timeout=5"), (b"etag", b'"1"')]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body"})

    stage.serve(app)
    answer = await stage.call(headers={"Connection": "close, X-Private", "X-Private": "1", "TE": "trailers"})
    assert {name for name, _ in stage.seen.headers}.isdisjoint({"connection", "x-private", "te"})
    assert set(answer.headers) == {"etag", "x-request-id"}


async def _discard(message: Any) -> None:
    """Take an answer and forget it."""


async def test_a_backend_without_authentication_gets_the_callers_own_header(stage: Stage) -> None:
    stage.gateway.reload(stage.spec(disable_auth=True))
    await stage.call(headers={"Authorization": "Bearer mine"})
    assert stage.seen.header("authorization") == "Bearer mine"
    assert stage.issuer.issued == 0


async def test_a_sane_request_id_is_passed_on_and_answered(stage: Stage) -> None:
    answer = await stage.call(headers={"X-Request-ID": "req_from-the.caller"})
    assert stage.seen.header("x-request-id") == answer.headers["x-request-id"] == "req_from-the.caller"


@pytest.mark.parametrize("given", ["short", "with space in it", "x" * 129, "line\tbreak"])
async def test_any_other_request_id_is_replaced(stage: Stage, given: str) -> None:
    answer = await stage.call(headers={"X-Request-ID": given})
    assert answer.headers["x-request-id"].startswith("req_")
    assert stage.seen.header("x-request-id") == answer.headers["x-request-id"]


async def test_an_unknown_path_is_a_problem_with_a_request_id(stage: Stage) -> None:
    answer = await stage.call(path="/nowhere", headers={"X-Request-ID": "req_1234"})
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == "req_1234"
    assert answer.json == {
        "type": "urn:xynergy:problem:not_found",
        "title": "Not found",
        "status": 404,
        "detail": "No operation has this path. Check it against /docs.",
        "instance": "/nowhere",
        "code": "not_found",
        "request_id": "req_1234",
    }


async def test_a_method_that_the_path_has_not_is_told_which_it_has(stage: Stage) -> None:
    answer = await stage.call(method="DELETE")
    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")
    assert answer.json["code"] == "method_not_allowed"


async def test_sixty_kilobytes_of_headers_are_too_many(stage: Stage) -> None:
    assert (await stage.call(headers={"X-Large": "x" * 60_000})).status == 200
    answer = await stage.call(headers={"X-Large": "x" * 61_440})
    assert (answer.status, answer.json["code"]) == (431, "headers_too_large")


async def test_a_body_reaches_the_function_whole(stage: Stage) -> None:
    await stage.call(method="POST", chunks=(b"one ", b"two ", b"three"), headers={"Transfer-Encoding": "chunked"})
    assert stage.seen.body == b"one two three"
    assert stage.seen.header("content-length") == "13"
    assert stage.seen.header("transfer-encoding") is None


async def test_a_body_of_more_than_32_mb_is_refused_by_its_declared_length(stage: Stage) -> None:
    answer = await stage.call(method="POST", headers={"Content-Length": str((32 << 20) + 1)})
    assert (answer.status, answer.json["code"]) == (413, "body_too_large")


async def test_a_body_of_more_than_32_mb_is_refused_where_its_length_is_not_declared(stage: Stage) -> None:
    chunk = bytes(4 << 20)
    assert (await stage.call(method="POST", chunks=(chunk,) * 8)).status == 200
    assert (await stage.call(method="POST", chunks=(*(chunk,) * 8, b"x"))).status == 413


async def test_tokens_are_used_again_until_they_are_old(stage: Stage) -> None:
    await stage.call()
    await stage.call()
    assert stage.issuer.issued == 1
    await stage.clock.advance(LIFETIME)
    await stage.call()
    assert stage.seen.header("authorization") == "Bearer gateway@p.example->https://fn.example#2"


async def test_another_document_is_executed_from_the_next_call_on(stage: Stage) -> None:
    stage.gateway.reload(stage.spec(path="/api/v2/things"))
    assert (await stage.call()).status == 404
    assert (await stage.call(path="/api/v2/things")).status == 200


async def test_a_document_that_cannot_be_executed_changes_nothing(stage: Stage) -> None:
    with pytest.raises(ValueError, match="a parameter is a whole segment"):
        stage.gateway.reload(stage.spec(path="/api/{x}.json"))
    assert (await stage.call()).status == 200


async def test_a_function_that_does_not_run_is_unavailable(stage: Stage) -> None:
    stage.apps.clear()
    answer = await stage.call()
    assert (answer.status, answer.json["code"]) == (503, "unavailable")


async def test_the_gateway_has_no_websocket(stage: Stage) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await stage.gateway({"type": "websocket", "path": "/", "headers": []}, receive, send)
    assert [message["type"] for message in sent] == ["websocket.close"]


async def test_the_gateway_takes_part_in_a_servers_lifespan(stage: Stage) -> None:
    received = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent: list[str] = []

    async def receive() -> Any:
        return received.pop(0)

    async def send(message: Any) -> None:
        sent.append(message["type"])

    await stage.gateway({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
