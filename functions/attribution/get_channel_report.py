"""What each channel brought and cost by one of eight models: conversions, revenue, spend, ROAS, CPA.

The rows sum to the totals to the last millionth; conversions that no touch came before are a row of their own.
"""

from shared_layer.attribution import channel_report
from shared_layer.attribution.channel_report import ChannelReport
from shared_layer.attribution.report_query import ChannelsQuery
from shared_layer.front_door import Caller, Resources, endpoint


@endpoint(
    "GET",
    "/api/v1/attribution/channels",
    scope="attribution:read",
    tier="expensive",
    deadline=30,
    resources=Resources(memory=512, concurrency=8),
)
async def get_channel_report(query: ChannelsQuery, caller: Caller) -> ChannelReport:
    return await channel_report.report_channels(query, caller)
