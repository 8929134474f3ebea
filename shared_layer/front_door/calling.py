"""The call itself: the handler called with what it takes, its result put into words, its writes committed."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.requests import Request

from shared_layer.core import json
from shared_layer.core.caller import Caller
from shared_layer.core.context import RequestContext
from shared_layer.core.declaration import HttpOperation
from shared_layer.core.errors import IdempotencyKeyMissing, UpgradeRequired
from shared_layer.front_door import idempotency
from shared_layer.front_door.answer import Answer
from shared_layer.front_door.authentication import RequestHeaders
from shared_layer.front_door.result import ResultWriter
from shared_layer.messaging.unit import Unit

Arguments = dict[str, Any]


class Calling:
    """Calls the handler of one operation."""

    def __init__(self, operation: HttpOperation) -> None:
        self._operation = operation
        self._handler = operation.handler
        self._answer = ResultWriter(operation).answer
        self._injected = tuple(operation.signature.injected.items())
        self._takes_unit = Unit in operation.signature.injected.values()

    async def call(self, request: Request, arguments: Arguments, context: RequestContext, caller: Caller | None) -> Any:
        """The answer, once what the handler staged is committed. `arguments` gain what the door gives beside them."""
        if not self._takes_unit:
            return self._answer(await self._handler(**self._with_injected(arguments, request, caller, None)))
        unit = Unit(context, caller.tenant_id if caller else "", self._operation.emits)
        answer = self._answer(await self._handler(**self._with_injected(arguments, request, caller, unit)))
        await unit.commit()
        return answer

    async def call_once(
        self, request: Request, path: str, headers: RequestHeaders, arguments: Arguments, value: Any, caller: Caller
    ) -> Any:
        """The answer under the call's Idempotency-Key: replayed, or the call's own, its record in the same commit.

        `value` is the body's JSON: the same key with another body is refused. Raises what idempotency.claim does, and
        IdempotencyKeyMissing where the operation demands a key.
        """
        header = headers.get(b"idempotency-key")
        unit = Unit(caller.context, caller.tenant_id, self._operation.emits)
        if header is None:
            if self._operation.idempotency == "required":
                raise IdempotencyKeyMissing()
            answer = self._answer(await self._handler(**self._with_injected(arguments, request, caller, unit)))
            await unit.commit()
            return answer
        held = await idempotency.claim(self._asked(request, path, header, value, caller))
        if isinstance(held, Answer):
            return held
        return await self._call_under(held, unit, self._with_injected(arguments, request, caller, unit))

    async def former(
        self, request: Request, path: str, headers: RequestHeaders, value: Any, caller: Caller | None
    ) -> Answer | None:
        """The answer that this very body had under its key before a deploy made it invalid: a retry still gets it."""
        header = headers.get(b"idempotency-key")
        if self._operation.idempotency == "none" or caller is None or header is None:
            return None
        return await idempotency.recall(self._asked(request, path, header, value, caller))

    def _asked(self, request: Request, path: str, header: bytes, value: Any, caller: Caller) -> idempotency.Asked:
        """What the record of a call is found by."""
        return idempotency.Asked(
            caller.tenant_id,
            f"{self._operation.method} {path}",
            idempotency.read_key(header),
            json.fingerprint([value, request.scope["query_string"].decode("latin-1")]),
            caller.seal if self._operation.sealed else None,
        )

    async def _call_under(self, held: idempotency.Claim, unit: Unit, arguments: Arguments) -> Any:
        """The answer of a call that holds its key; the key is free again where the call comes to nothing."""
        try:
            async with held.renewed():
                answer = self._answer(await self._handler(**arguments))
            if isinstance(answer, Answer):
                held.finish(unit, answer)
            await unit.commit()
        except BaseException:
            if not unit.in_doubt:
                await asyncio.shield(held.release())
            raise
        if not isinstance(answer, Answer):
            await held.release()  # a stream cannot be replayed: its key only keeps two from running at once
        return answer

    def _with_injected(
        self, arguments: Arguments, request: Request, caller: Caller | None, unit: Unit | None
    ) -> Arguments:
        """The arguments with what the door gives beside them. Raises UpgradeRequired: a conversation is no call."""
        if self._operation.websocket:
            raise UpgradeRequired()
        for name, kind in self._injected:
            arguments[name] = caller if kind is Caller else unit if kind is Unit else request
        return arguments
