"""List models: what can be named here, in OpenAI's shape, with prices and health."""

from shared_layer.ai.api.catalogue import ModelList
from shared_layer.ai.api.catalogue import list_models as listed
from shared_layer.front_door import endpoint


@endpoint("GET", "/api/v1/ai/models", scope="ai:use", compatible="openai")
async def list_models() -> ModelList:
    return await listed()
