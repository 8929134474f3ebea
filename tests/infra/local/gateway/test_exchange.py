from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Stage

OK: dict[str, Any] = {"type": "http.response.start", "status": 200, "headers": []}


async def until(event: asyncio.Event) -> None:
    await asyncio.wait_for(event.wait(), 5)


async def test_a_function_that_does_not_answer_in_time_is_stopped_and_told_of_as_504(stage: Stage) -> None:
    stopped = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    stage.serve(app, deadline=0.02)
    answer = await stage.call()
    assert (answer.status, answer.json["code"]) == (504, "deadline_exceeded")
    assert stopped.is_set()


async def test_an_answer_that_has_begun_is_cut_off_at_the_deadline(stage: Stage) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(OK)
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        await asyncio.Event().wait()

    stage.serve(app, deadline=0.02)
    answer = await stage.call()
    assert (answer.status, answer.body, answer.complete) == (200, b"begun", False)


async def test_work_after_a_complete_answer_is_bounded_by_the_deadline_too(stage: Stage) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await stage.echo(scope, receive, send)
        await asyncio.Event().wait()

    stage.serve(app, deadline=0.02)
    answer = await stage.call()
    assert (answer.status, answer.complete) == (200, True)


async def test_streams_pass_as_they_come(stage: Stage) -> None:
    arrived, more = asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send(OK)
        await send({"type": "http.response.body", "body": b"one", "more_body": True})
        arrived.set()
        await until(more)
        await send({"type": "http.response.body", "body": b"two"})

    stage.serve(app)
    answer = stage.empty_answer()
    calling = asyncio.create_task(stage.call(answer=answer))
    await until(arrived)
    assert (answer.body, answer.complete) == (b"one", False)
    more.set()
    await calling
    assert (answer.body, answer.chunks, answer.complete) == (b"onetwo", 2, True)


@pytest.mark.parametrize("listens", [True, False])
async def test_a_caller_that_hangs_up_stops_the_function(stage: Stage, listens: bool) -> None:
    started, stopped, hang_up = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        started.set()
        try:
            if listens:
                await receive()
            await asyncio.Event().wait()
        finally:
            stopped.set()

    stage.serve(app)
    calling = asyncio.create_task(stage.call(hang_up=hang_up))
    await until(started)
    hang_up.set()
    answer = await asyncio.wait_for(calling, 5)
    assert stopped.is_set()
    assert answer.status == 0


async def test_a_caller_that_hangs_up_after_its_answer_stops_nothing(stage: Stage) -> None:
    done, hang_up = asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await stage.echo(scope, receive, send)
        hang_up.set()
        await receive()
        done.set()

    stage.serve(app)
    await stage.call(hang_up=hang_up)
    assert done.is_set()


async def test_a_caller_that_hangs_up_within_its_body_reaches_no_function(stage: Stage) -> None:
    messages = [
        {"type": "http.request", "body": b"half", "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope = {"type": "http", "method": "POST", "path": "/api/v1/things/7", "headers": [], "scheme": "http"}

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        raise AssertionError("nobody is there to be answered")

    await stage.gateway(scope, receive, send)
    assert stage.seen.scope == {}


async def test_a_gateway_that_is_itself_cancelled_passes_that_on(stage: Stage) -> None:
    started = asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        started.set()
        await asyncio.Event().wait()

    stage.serve(app)
    calling = asyncio.create_task(stage.call())
    await until(started)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling


async def test_a_function_that_breaks_off_is_told_of_and_logged(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise ZeroDivisionError("in the function")

    stage.serve(app)
    answer = await stage.call(headers={"X-Request-ID": "req_12345"})
    assert (answer.status, answer.json["code"]) == (502, "backend_failed")
    assert "request_id=req_12345" in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_a_function_that_ends_without_an_answer_has_failed(stage: Stage) -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()

    stage.serve(app)
    assert (await stage.call()).status == 502


async def test_calls_under_way_end_as_they_began_when_the_document_changes(stage: Stage) -> None:
    started, more = asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        started.set()
        await until(more)
        await stage.echo(scope, receive, send)

    stage.serve(app)
    calling = asyncio.create_task(stage.call())
    await until(started)
    stage.gateway.reload({"paths": {}})
    more.set()
    assert (await calling).status == 200
    assert (await stage.call()).status == 404
