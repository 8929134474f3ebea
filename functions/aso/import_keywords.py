"""Import keywords from rows, a CSV or Search Console's export: every row is reported, spellings of one are joined."""

from shared_layer.aso import keyword_import
from shared_layer.aso.keyword_import import ImportReport, KeywordImport
from shared_layer.front_door import Caller, Resources, Unit, endpoint


@endpoint(
    "POST",
    "/api/v1/aso/keywords:import",
    scope="aso:write",
    tier="expensive",
    idempotency="optional",
    body_limit=4 << 20,
    deadline=60,
    emits=("keyword_detected",),
    resources=Resources(memory=512, concurrency=16),
)
async def import_keywords(wanted: KeywordImport, caller: Caller, unit: Unit) -> ImportReport:
    return await keyword_import.import_keywords(wanted, caller, unit)
