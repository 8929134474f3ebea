"""The page and its files, through the gateway."""

from __future__ import annotations

import re

from tests.support.platform import LocalPlatform


async def text(platform: LocalPlatform, path: str) -> str:
    answer = await platform.gateway.get(path)
    assert answer.status_code == 200, path
    return answer.text


async def test_the_page_is_public_and_runs_under_a_policy_without_inline_code(platform: LocalPlatform) -> None:
    answer = await platform.gateway.get("/dashboard")
    policy = answer.headers["content-security-policy"]
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert f"connect-src 'self' {platform.functions_url};" in policy
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_the_page_keeps_to_its_policy(platform: LocalPlatform) -> None:
    page = await text(platform, "/dashboard")
    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=", page) == []
    assert re.findall(r"https?://", page) == []


async def test_every_file_that_the_page_names_is_there_with_its_type(platform: LocalPlatform) -> None:
    types = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
    waiting, seen = set(re.findall(r'"/dashboard/([a-z.]+)"', await text(platform, "/dashboard"))), set[str]()
    assert {"main.js", "page.css", "favicon.svg"} <= waiting
    while waiting:
        name = waiting.pop()
        seen.add(name)
        answer = await platform.gateway.get(f"/dashboard/{name}")
        assert answer.status_code == 200, name
        assert answer.headers["content-type"] == types[name.rpartition(".")[2]]
        if name.endswith(".js"):
            waiting |= set(re.findall(r'from "\./([a-z.]+)"', answer.text)) - seen
            assert "innerHTML" not in answer.text
            assert "eval(" not in answer.text
    assert "sse.js" in seen


async def test_a_file_that_has_not_changed_is_not_sent_again(platform: LocalPlatform) -> None:
    first = await platform.gateway.get("/dashboard/main.js")
    again = await platform.gateway.get("/dashboard/main.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_what_is_no_file_of_the_page_is_not_found(platform: LocalPlatform) -> None:
    for name in ("nothing.js", "..%2f__init__.py", "assets.py", "%2e%2e"):
        assert (await platform.gateway.get(f"/dashboard/{name}")).status_code in (404, 400), name
