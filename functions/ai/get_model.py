"""Get a model: one entry of the list, in OpenAI's shape, with its price and health."""

from shared_layer.ai.api.catalogue import ModelEntry, ModelName
from shared_layer.ai.api.catalogue import get_model as found
from shared_layer.front_door import endpoint


@endpoint("GET", "/api/v1/ai/models/{model}", scope="ai:use", compatible="openai")
async def get_model(model: ModelName) -> ModelEntry:
    return await found(model)
