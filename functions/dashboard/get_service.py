"""See one service in depth: its health, its last hour, its error budget, its burn rates and the alerts that fire."""

from typing import Annotated

from pydantic import StringConstraints

from shared_layer.dashboard.service_detail import ServiceDetail, service_detail
from shared_layer.front_door import endpoint

ServiceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]


@endpoint("GET", "/api/v1/dashboard/services/{service}", scope="dashboard:read")
async def get_service(service: ServiceName) -> ServiceDetail:
    return await service_detail(service)
