"""The design document's own stack: FastAPI, slowapi over Redis, an API key as a dependency, structlog."""

import os
import time
import uuid

import structlog
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from pydantic import BaseModel, Field
from slowapi import Limiter
from slowapi.util import get_remote_address

structlog.configure(processors=[structlog.processors.TimeStamper(fmt="iso"), structlog.processors.JSONRenderer()])
log = structlog.get_logger()
limiter = Limiter(key_func=get_remote_address, storage_uri=os.environ["REDIS_URL"])
app = FastAPI()
app.state.limiter = limiter


class Greeting(BaseModel):
    name: str = Field(max_length=100)
    times: int = Field(default=1, ge=1, le=10)


@app.middleware("http")
async def tell(request: Request, call_next):
    started = time.perf_counter()
    response = await call_next(request)
    request_id = "req_" + uuid.uuid4().hex
    response.headers["X-Request-ID"] = request_id
    log.info(
        "request",
        request_id=request_id,
        path=request.url.path,
        status=response.status_code,
        latency_ms=(time.perf_counter() - started) * 1000,
    )
    return response


async def verify_api_key(x_api_key: str = Header()) -> str:
    if x_api_key != os.environ["BENCH_KEY"]:
        raise HTTPException(401)
    return "bench"


@app.post("/api/v1/greetings")
@limiter.limit("1000000/minute")
async def greet(request: Request, greeting: Greeting, tenant: str = Depends(verify_api_key)):
    return {"text": " ".join([f"hello {greeting.name}"] * greeting.times), "tenant": tenant}
