"""The three functions of the docs, each as the framework serves it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from functions_framework.aio import create_asgi_app

from infra.manifest.collect import collect
from infra.manifest.openapi import openapi

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    apps = {
        name: create_asgi_app(target=name, source=str(ROOT / f"functions/runtime/{name}.py"), signature_type="http")
        for name in ("show_docs", "show_docs_asset", "get_openapi")
    }

    async def route(scope, receive, send):
        path = scope["path"]
        name = "get_openapi" if path == "/openapi.json" else "show_docs" if path == "/docs" else "show_docs_asset"
        await apps[name](scope, receive, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(route), base_url="http://docs") as client:
        yield client


@pytest.fixture
def description(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(openapi(collect(ROOT), "https://api.example")))
    monkeypatch.setenv("XYNERGY_OPENAPI", str(file))
    return file


async def test_the_page_loads_everything_from_its_own_origin(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<title>Xynergy</title>" in answer.text
    links = re.findall(r'(?:src|href)="([^"]+)"', answer.text)
    assert len(links) == 6
    for link in links:
        assert link.startswith("/")
        if link.startswith("/docs/"):
            assert (await client.get(link)).status_code == 200


async def test_the_page_allows_no_inline_script_and_has_none(client: httpx.AsyncClient) -> None:
    answer = await client.get("/docs")
    policy = dict(rule.split(" ", 1) for rule in answer.headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert re.findall(r"<script(?![^>]*\bsrc=)", answer.text) == []
    assert re.findall(r"<style|style=|\son\w+=", answer.text) == []


async def test_the_viewer_reads_openapi_3_1_and_keeps_the_key(client: httpx.AsyncClient) -> None:
    viewer = (await client.get("/docs/swagger-ui-bundle.js")).text
    assert re.search(r'PACKAGE_VERSION:"5\.', viewer)
    start = (await client.get("/docs/start.js")).text
    assert "persistAuthorization: true" in start
    assert "validatorUrl: null" in start


async def test_assets_are_compressed_where_the_caller_can_read_that(client: httpx.AsyncClient) -> None:
    plain = await client.get("/docs/swagger-ui.css", headers={"Accept-Encoding": "identity"})
    packed = await client.get("/docs/swagger-ui.css", headers={"Accept-Encoding": "gzip"})
    assert plain.content == packed.content
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 4
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("name", ["..%2f__init__.py", "LICENSE", "swagger-ui.js", "%2e%2e"])
async def test_nothing_else_of_the_distribution_is_served(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get(f"/docs/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_the_description_is_the_file_that_the_environment_names(
    client: httpx.AsyncClient, description: Path
) -> None:
    answer = await client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["openapi"] == "3.1.0"
    assert "/docs/{asset}" in answer.json()["paths"]


def write_later(file: Path, text: str) -> None:
    """Write `file` with a time that is later than before, however fast the machine is."""
    former = file.stat().st_mtime_ns
    file.write_text(text)
    os.utime(file, ns=(former, former + 1))


async def test_a_description_that_is_written_anew_is_served_anew(client: httpx.AsyncClient, description: Path) -> None:
    await client.get("/openapi.json")
    write_later(description, "{}")
    assert (await client.get("/openapi.json")).json() == {}


async def test_a_deployment_without_a_description_says_what_is_missing(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("XYNERGY_OPENAPI", raising=False)
    answer = await client.get("/openapi.json")
    assert answer.status_code == 503
    assert "Set XYNERGY_OPENAPI" in answer.json()["detail"]
    monkeypatch.setenv("XYNERGY_OPENAPI", str(tmp_path / "gone.json"))
    assert "No such file" in (await client.get("/openapi.json")).json()["detail"]
