"""Answer after as many seconds as asked."""

import asyncio
from typing import Annotated

from pydantic import Field

from shared_layer.core.logs import log
from shared_layer.core.models import Query
from shared_layer.front_door import PUBLIC, Page, endpoint


class Long(Query):
    """How long."""

    seconds: Annotated[float, Field(ge=0, le=10)]


@endpoint("GET", "/api/v1/long", scope=PUBLIC, tier="none")
async def take_long(query: Long) -> Page[float]:
    log("INFO", "begun")
    await asyncio.sleep(query.seconds)
    return Page[float](items=[query.seconds])
