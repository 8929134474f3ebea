"""Audits: of a page that is fetched as a stranger would, or handed in as HTML, and kept to be compared."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from shared_layer.aso import auditing
from shared_layer.outbound import Outbound
from tests.support.aso import new_aso
from tests.support.platform import LocalPlatform

PAGE = "<html lang=en><head><title>Espresso ratio</title></head><body><h1>Ratio</h1><p>Weigh it.</p></body></html>"


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/moved":
            self.send_response(301)
            self.send_header("Location", "/page")
            self.end_headers()
            return
        kind = "application/pdf" if self.path == "/file" else "text/html; charset=utf-8"
        self.send_response(404 if self.path == "/gone" else 200)
        self.send_header("Content-Type", kind)
        self.send_header("X-Robots-Tag", "noindex" if self.path == "/hidden" else "all")
        self.end_headers()
        self.wfile.write(PAGE.encode())

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A web server on loopback, which only these tests vouch for."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    host, port = "127.0.0.1", server.server_port
    monkeypatch.setattr(auditing, "fetcher", lambda: Outbound(trusted=frozenset({(host, port)})))
    yield f"http://{host}:{port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_page_is_fetched_audited_and_kept(platform: LocalPlatform, site: str) -> None:
    aso = await new_aso(platform)
    made = await aso.told("POST", "/audits", 201, json={"url": f"{site}/moved", "keyphrase": "espresso ratio"})
    assert (made["status"], made["final_url"]) == (200, f"{site}/page")
    assert made["facts"]["title"] == "Espresso ratio"
    assert [one["severity"] for one in made["findings"]] == sorted(
        (one["severity"] for one in made["findings"]), key=["critical", "warning", "notice", "good"].index
    )
    assert await aso.get(f"/audits/{made['id']}") == made
    hidden = await aso.told("POST", "/audits", 201, json={"url": f"{site}/hidden"})
    assert (hidden["scores"]["overall"] <= 25, hidden["scores"]["keyphrase"]) == (True, None)
    assert [one["id"] for one in await aso.listed("/audits")] == [hidden["id"], made["id"]]
    assert [one["id"] for one in await aso.listed("/audits", url=f"{site}/moved")] == [made["id"]]
    assert sorted(one["critical"] for one in await aso.events("page_audited")) == [0, 1]
    assert (await aso.told("POST", "/audits", 201, json={"url": f"{site}/gone"}))["status"] == 404
    assert (await aso.ask("POST", "/audits", json={"url": f"{site}/file"})).status_code == 502


async def test_html_is_audited_without_a_fetch(platform: LocalPlatform) -> None:
    aso = await new_aso(platform)
    body = {"html": PAGE, "url": "https://www.a.example/guides/espresso-ratio/", "keyphrase": "espresso ratio"}
    made = await aso.told("POST", "/audits", 201, json=body)
    assert (made["status"], made["final_url"], made["facts"]["words"]) == (None, None, 2)
    assert {one["check"] for one in made["findings"] if one["area"] == "keyphrase" and one["severity"] == "good"} >= {
        "title",
        "slug",
    }


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://169.254.169.254/computeMetadata/v1/", "http://[::1]/", "http://10.0.0.1:80/"]
)
async def test_an_address_inside_is_never_fetched(platform: LocalPlatform, url: str) -> None:
    aso = await new_aso(platform)
    refused = await aso.ask("POST", "/audits", json={"url": url})
    assert (refused.status_code, refused.json()["code"]) == (422, "url_refused")


async def test_an_audit_needs_something_to_look_at(platform: LocalPlatform) -> None:
    aso = await new_aso(platform)
    assert (await aso.ask("POST", "/audits", json={"keyphrase": "x"})).status_code == 422
