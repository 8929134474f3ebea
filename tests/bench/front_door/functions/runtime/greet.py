"""Greet by name: the least a function can do, behind the whole front door."""

from pydantic import Field

from shared_layer.core.models import Model
from shared_layer.front_door import Caller, endpoint


class Greeting(Model):
    """Whom to greet, and how often."""

    name: str = Field(max_length=100)
    times: int = Field(default=1, ge=1, le=10)


class Greeted(Model):
    """The greeting and for whose tenant it was said."""

    text: str
    tenant: str


@endpoint("POST", "/api/v1/greetings", scope="ai:use")
async def greet(greeting: Greeting, caller: Caller) -> Greeted:
    return Greeted(text=" ".join([f"hello {greeting.name}"] * greeting.times), tenant=caller.tenant_id)
