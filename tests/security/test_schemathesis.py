"""The OpenAPI document held against the platform: schemathesis fuzzes every operation through the gateway.

What counts: no 5xx, no status, media type, header or body that the document does not tell of, and no invalid request
that is taken. 428 is how a missing If-Match is refused (RFC 6585): it is among the statuses of a refusal.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from typing import Any

import hypothesis
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from infra.local.options import ROOT
from infra.manifest.collect import collect
from infra.manifest.openapi import openapi
from tests.support.examples import operations
from tests.support.platform import LocalPlatform
from tests.support.tenants import Seeded, seeded

REFUSALS = [400, 401, 403, 404, 405, 406, 409, 412, 413, 415, 422, 428, 429, 431]
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
CONFIGURATION = {
    "checks": {
        "negative_data_rejection": {"expected-statuses": REFUSALS},
        "missing_required_header": {"expected-statuses": REFUSALS},
    }
}
WITHIN = 60.0
# The loop of the tests draws random numbers (back-off) while the fuzzer, in its own thread, draws a case.
pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")


class Fuzz:
    """One run over all operations, in a thread of its own: the gateway answers from the loop of the tests."""

    def __init__(self, platform: LocalPlatform, tenant: Seeded, cases: int) -> None:
        document = openapi(collect(ROOT), platform.url)
        config = SchemathesisConfig.from_dict(CONFIGURATION)
        self._schema = schemathesis.openapi.from_dict(document, config=config)
        self._url, self._tenant = platform.url, tenant
        self._kept = [one for one in tenant.objects if one not in tenant.key]
        self._cases = cases
        self._session = requests.Session()
        self._session.trust_env = False
        self.asked: Counter[int] = Counter()
        self.failures: list[str] = []

    def run(self) -> None:
        """Ask until every operation has had its share of the cases, half of them valid by the document."""
        streams = {one.name for one in operations() if one.streams and one.method == "GET"}
        found = [result.ok() for result in self._schema.get_all_operations()]
        asked = [one for one in found if one.definition.raw.get("operationId") not in streams]
        share = -(-self._cases // (2 * len(asked)))
        for operation in asked:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                self._fuzz(operation, mode, share)
        self._session.close()

    def _fuzz(self, operation: Any, mode: GenerationMode, share: int) -> None:
        try:
            strategy = operation.as_strategy(generation_mode=mode)
        except schemathesis.errors.InvalidSchema:
            raise AssertionError(f"{operation.label} cannot be read") from None

        @hypothesis.settings(
            max_examples=share,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        )
        @hypothesis.given(case=strategy)
        def ask(case: Any) -> None:
            self._ask(case, mode)

        try:
            ask()
        except (hypothesis.errors.Unsatisfiable, hypothesis.errors.NoSuchExample):
            return  # nothing that this operation takes can be wrong in this way

    def _ask(self, case: Any, mode: GenerationMode) -> None:
        total = sum(self.asked.values())
        if mode is GenerationMode.POSITIVE and case.path_parameters and total % 2:
            case.path_parameters = dict.fromkeys(case.path_parameters, self._kept[total % len(self._kept)])
        answer = case.call(base_url=self._url, session=self._session, headers=self._tenant.auth, timeout=WITHIN)
        self.asked[answer.status_code] += 1
        if "%0a" in str(answer.request.url).partition("?")[0].lower():
            assert answer.status_code == 404  # Google's framework itself: it finds no function for a line break
            return
        try:
            case.validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            told = [str(one) for one in group.exceptions if not _is_trimmed(str(one), case.body)]
            self.failures += [f"{case.operation.label} {answer.status_code}: {one}"[:1500] for one in told]


def _is_trimmed(failure: str, body: Any) -> bool:
    """Whether a text was too long only by the blanks around it, which are taken away before it is measured."""
    violated = re.findall(r"violates `(\w+)` at (\S+)", failure)
    for keyword, pointer in violated:
        value = body
        for name in pointer.split("/")[2::2]:
            value = value.get(name) if isinstance(value, dict) else None
        if keyword != "maxLength" or not isinstance(value, str) or value == value.strip():
            return False
    return bool(violated)


async def fuzz(platform: LocalPlatform, cases: int) -> None:
    tenant = await seeded(platform, operations())
    run = Fuzz(platform, tenant, cases)
    await asyncio.to_thread(run.run)
    print(f"schemathesis: {sum(run.asked.values())} cases, {len(run.failures)} failures, {dict(run.asked)}")
    assert run.failures == []
    assert sum(run.asked.values()) >= cases * 0.9


async def test_1500_cases_agree_with_the_document(platform: LocalPlatform) -> None:
    await fuzz(platform, 1500)


@pytest.mark.long
async def test_10000_cases_agree_with_the_document(platform: LocalPlatform) -> None:
    await fuzz(platform, 11_200)
