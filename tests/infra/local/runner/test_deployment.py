"""Deployments of throw-away trees, called through the gateway as a browser would call it."""

from __future__ import annotations

import asyncio
import json
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio

from infra.local.identity import Issuer
from infra.local.runner import Deployment
from infra.local.runner.watch import Watch

GREET = '''
    """Greet."""
    from starlette.responses import JSONResponse, Response
    from shared_layer.front_door import PUBLIC, endpoint

    @endpoint("GET", "/api/v1/greetings/{name}", scope=PUBLIC)
    async def greet(name: str) -> Response:
        return JSONResponse({"greeting": "Hello " + name})
'''


class Tree:
    """A checkout of a test's own, deployed."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.notices: list[str] = []
        self.restarts = 0
        for name in ("functions/marketing", "triggers", "shared_layer"):
            (root / name).mkdir(parents=True)

    def write(self, source: str, name: str = "greet") -> Path:
        file = self.root / "functions" / "marketing" / f"{name}.py"
        file.write_text(textwrap.dedent(source).lstrip())
        return file

    def deploy(self) -> None:
        self.deployment = Deployment(
            self.root,
            self.root / "data",
            "http://localhost:1",
            "http://127.0.0.1:2",
            Issuer(self.root / "identity"),
            self.notices.append,
        )
        self.watch = Watch(self.root, self.deployment, self.notices.append, self._restart)
        self.gateway = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.deployment.gateway), base_url="http://localhost:1"
        )
        self.functions = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.deployment.runner), base_url="http://127.0.0.1:2"
        )

    def _restart(self) -> None:
        self.restarts += 1


@pytest_asyncio.fixture
async def tree(tmp_path: Path) -> AsyncIterator[Tree]:
    made = Tree(tmp_path)
    made.write(GREET)
    made.deploy()
    yield made
    await made.gateway.aclose()
    await made.functions.aclose()


async def test_a_function_answers_under_its_path_at_the_gateway(tree: Tree) -> None:
    answer = await tree.gateway.get("/api/v1/greetings/Ada")
    assert answer.json() == {"greeting": "Hello Ada"}


async def test_a_function_answers_under_its_own_address(tree: Tree) -> None:
    answer = await tree.functions.get("/greet/api/v1/greetings/Ada")
    assert answer.json() == {"greeting": "Hello Ada"}


async def test_an_address_without_a_function_is_not_found(tree: Tree) -> None:
    answer = await tree.functions.get("/nobody/api")
    assert answer.status_code == 404
    assert "nobody" in answer.text


async def test_the_documents_are_written_beside_the_data(tree: Tree) -> None:
    described = json.loads((tree.root / "data" / "openapi.json").read_text())
    listed = json.loads((tree.root / "data" / "functions" / "catalogue.json").read_text())
    assert "/api/v1/greetings/{name}" in described["paths"]
    assert listed[0]["name"] == "projects/xynergy-local/locations/us-central1/functions/greet"
    assert listed[0]["url"] == "http://127.0.0.1:2/greet"


async def test_a_saved_function_is_loaded_again(tree: Tree) -> None:
    await tree.gateway.get("/api/v1/greetings/Ada")
    await tree.watch.changed({tree.write(GREET.replace("Hello", "Salut"))})
    answer = await tree.gateway.get("/api/v1/greetings/Ada")
    assert answer.json() == {"greeting": "Salut Ada"}
    assert tree.notices == ["greet.py: loaded again"]


async def test_a_broken_function_says_where_until_it_is_corrected(tree: Tree) -> None:
    await tree.gateway.get("/api/v1/greetings/Ada")
    await tree.watch.changed({tree.write(GREET.replace("return JSONResponse", "retrun JSONResponse"))})
    broken = await tree.gateway.get("/api/v1/greetings/Ada", headers={"X-Request-ID": "req_0123456789"})
    assert broken.status_code == 500
    assert broken.headers["content-type"] == "application/problem+json"
    assert broken.json()["code"] == "function_broken"
    assert broken.json()["request_id"] == "req_0123456789"
    assert "greet.py, line 7: SyntaxError" in broken.json()["detail"]
    assert broken.json()["instance"] == "/api/v1/greetings/Ada"
    assert len(tree.notices) == 1
    assert tree.notices[0].startswith("functions/marketing/greet.py: line 7")
    await tree.watch.changed({tree.write(GREET)})
    assert (await tree.gateway.get("/api/v1/greetings/Ada")).status_code == 200


async def test_one_broken_function_leaves_the_others_alone(tree: Tree) -> None:
    file = tree.write(GREET.replace("def greet", "def part").replace("greetings", "partings"), "part")
    tree.deployment.refresh()
    file.write_text("import nothing_of_this_name\n")
    await tree.watch.changed({file})
    assert (await tree.gateway.get("/api/v1/partings/Ada")).status_code == 500
    assert (await tree.gateway.get("/api/v1/greetings/Ada")).status_code == 200


async def test_a_new_file_is_a_new_operation_and_a_deleted_one_is_gone(tree: Tree) -> None:
    file = tree.write(GREET.replace("def greet", "def part").replace("greetings", "partings"), "part")
    assert tree.deployment.refresh()
    assert (await tree.gateway.get("/api/v1/partings/Ada")).status_code == 200
    file.unlink()
    assert tree.deployment.refresh()
    assert (await tree.gateway.get("/api/v1/partings/Ada")).status_code == 404


async def test_a_change_inside_a_handler_needs_no_provisioning(tree: Tree) -> None:
    tree.write(GREET.replace("Hello", "Salut"))
    assert not tree.deployment.refresh()
    tree.write(GREET.replace("scope=PUBLIC", "scope=PUBLIC, deadline=3"))
    assert tree.deployment.refresh()


async def test_a_change_of_shared_code_starts_the_functions_again(tree: Tree) -> None:
    shared = tree.root / "shared_layer" / "greetings.py"
    shared.write_text("HELLO = 'Hello'\n")
    await tree.watch.changed({shared})
    assert tree.restarts == 1


async def test_files_are_followed_while_the_platform_runs(tree: Tree) -> None:
    stop = asyncio.Event()
    watching = asyncio.create_task(tree.watch.run(stop))
    tree.write(GREET)
    async with asyncio.timeout(10):
        while not tree.notices:
            tree.write(GREET.replace("Hello", "Salut"))
            await asyncio.sleep(0.05)
    answer = await tree.gateway.get("/api/v1/greetings/Ada")
    stop.set()
    await watching
    assert answer.json() == {"greeting": "Salut Ada"}
