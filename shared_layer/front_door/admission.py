"""Who may come in: authenticate → tenant and status → authorise by scope → rate limit and quota → tenant's policies."""

from __future__ import annotations

from shared_layer.access.credentials import remembered_credential, renewed
from shared_layer.access.period import Period, current_period
from shared_layer.access.plans import Plan
from shared_layer.core import clock
from shared_layer.core.caller import Caller
from shared_layer.core.context import RequestContext
from shared_layer.core.declaration import HttpOperation
from shared_layer.core.errors import QuotaExceeded, RateLimited, Unauthenticated
from shared_layer.front_door.answer import Headers
from shared_layer.front_door.authentication import (
    RequestHeaders,
    authorise,
    known_credential,
    presented_key,
    tenant_of,
)
from shared_layer.front_door.gate import Verdict, pass_gate


class Admission:
    """Admits callers to one operation. In the common case that is one Redis round trip and no Firestore read."""

    __slots__ = ("_operation",)

    def __init__(self, operation: HttpOperation) -> None:
        self._operation = operation

    async def admit(self, path: str, headers: RequestHeaders, context: RequestContext, told: Headers) -> Caller:
        """The caller. `told` gains the headers that tell of its rate, also where that is what it is refused for.

        Raises what authentication does, TenantSuspended, ScopeMissing, RateLimited, QuotaExceeded and PolicyDenied.
        """
        given = headers.get(b"x-api-key")
        key = given.decode("latin-1").strip() if given is not None else await presented_key(headers)
        credential = remembered_credential(key) or await known_credential(key)
        tenant_id = credential.tenant_id
        if credential.operator or b"x-tenant-id" in headers:
            tenant_id = await tenant_of(credential, headers, self._operation.scope)
        context.tenant_id = tenant_id
        passed = await pass_gate(credential, tenant_id, self._operation.tier)
        if passed.epoch is not None and passed.epoch != credential.epoch:
            again = await renewed(key, passed.epoch)
            if again is None:
                raise Unauthenticated("This API key was revoked.")
            credential = again
        told += passed.headers
        caller = authorise(credential, tenant_id, self._operation, key, context, passed.epoch)
        if not passed.admitted:
            raise _rate_limited(passed)
        if passed.exhausted and not self._operation.while_suspended:
            raise _quota_exceeded(credential.plan)
        if credential.governed:
            from shared_layer.access.policies import uphold

            await uphold(credential, self._operation, path)
        return caller


def _rate_limited(passed: Verdict) -> RateLimited:
    seconds = max(1, -int(-passed.wait // 1))
    limit = passed.rate.limit if passed.rate else 0
    return RateLimited(
        f"{limit} requests a minute are allowed here. Retry in {seconds} s.",
        headers={"Retry-After": str(seconds)},
        retry_after=seconds,
    )


def _quota_exceeded(plan: Plan) -> QuotaExceeded:
    reset_at = Period(current_period()).reset_at
    seconds = max(1, int((reset_at - clock.utcnow()).total_seconds()))
    return QuotaExceeded(
        f"The plan's {plan.quotas['api_calls']} API calls of this month are used up until {reset_at.isoformat()}.",
        headers={"Retry-After": str(seconds)},
        meter="api_calls",
        limit=plan.quotas["api_calls"],
        reset_at=reset_at.isoformat(),
    )
