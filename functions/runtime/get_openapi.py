"""Describe the API as an OpenAPI 3.1 document."""

from starlette.responses import Response

from shared_layer.docs.description import api_description
from shared_layer.front_door import PUBLIC, endpoint


@endpoint("GET", "/openapi.json", scope=PUBLIC, tier="none")
async def get_openapi() -> Response:
    return Response(api_description(), media_type="application/json")
