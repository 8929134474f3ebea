"""The peer: FastAPI doing the same work — API key, GCRA in Redis by Lua, validation, one log line, JSON out."""

import hashlib
import os
import time
import uuid

import structlog
from fastapi import Depends, FastAPI, Header, HTTPException, Request
from pydantic import BaseModel, Field
from redis.asyncio import Redis

KEYS = {os.environ["BENCH_KEY_HASH"]: "bench"}
SCRIPT = """
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local interval, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local tat = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now) + interval
local room = now + interval * burst - tat
if room < 0 then return {0, 0, -room} end
redis.call('SET', KEYS[1], string.format('%.0f', tat), 'PX', math.ceil((tat - now) / 1000) + 1000)
return {1, math.floor(room / interval), 0}
"""
structlog.configure(processors=[structlog.processors.TimeStamper(fmt="iso"), structlog.processors.JSONRenderer()])
log = structlog.get_logger()
redis = Redis.from_url(os.environ["REDIS_URL"])
gcra = redis.register_script(SCRIPT)
app = FastAPI()


class Greeting(BaseModel):
    name: str = Field(max_length=100)
    times: int = Field(default=1, ge=1, le=10)


class Greeted(BaseModel):
    text: str
    tenant: str


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


async def caller(x_api_key: str = Header()) -> str:
    tenant = KEYS.get(hashlib.sha256(x_api_key.encode()).hexdigest())
    if tenant is None:
        raise HTTPException(401)
    admitted, _, _ = await gcra(keys=[f"peer:{tenant}"], args=[600, 100_000])
    if not admitted:
        raise HTTPException(429)
    return tenant


@app.post("/api/v1/greetings")
async def greet(greeting: Greeting, tenant: str = Depends(caller)) -> Greeted:
    return Greeted(text=" ".join([f"hello {greeting.name}"] * greeting.times), tenant=tenant)
