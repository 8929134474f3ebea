"""The ways to conversion: the most frequent paths, how many touches and days they take, and which channels assist."""

from shared_layer.attribution import path_report
from shared_layer.attribution.path_report import PathReport
from shared_layer.attribution.report_query import PathsQuery
from shared_layer.front_door import Caller, Resources, endpoint


@endpoint(
    "GET",
    "/api/v1/attribution/paths",
    scope="attribution:read",
    tier="expensive",
    deadline=30,
    resources=Resources(memory=512, concurrency=8),
)
async def get_path_report(query: PathsQuery, caller: Caller) -> PathReport:
    return await path_report.report_paths(query, caller)
