"""What was acknowledged survives a kill -9; what was not leaves nothing behind."""

from __future__ import annotations

import signal
import subprocess
import sys

import httpx
import pytest
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage

_PROGRAM = """
import asyncio, socket, sys
from pathlib import Path
from starlette.applications import Starlette
from infra.local.rest import RestServer
from infra.local.storage import StorageService

async def main():
    service = StorageService(Path(sys.argv[1]))
    await service.start()
    listener = socket.create_server(("127.0.0.1", 0))
    await RestServer(Starlette(routes=service.routes()), listener).start()
    print(listener.getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def start(tmp_path):
    started = []

    def begin() -> tuple[subprocess.Popen[str], str]:
        command = [sys.executable, "-c", _PROGRAM, str(tmp_path / "storage")]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        return process, f"http://127.0.0.1:{process.stdout.readline().strip()}"

    yield begin
    for process in started:
        process.kill()
        process.wait(10)
        process.stdout.close()


def _client(url, monkeypatch) -> storage.Client:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", url)
    return storage.Client(project="p", credentials=AnonymousCredentials())


def test_objects_uploads_and_events_survive_a_kill(start, tmp_path, monkeypatch):
    process, url = start()
    with _client(url, monkeypatch) as client:
        bucket = client.create_bucket("files")
        for number in range(20):
            bucket.blob(f"o{number}").upload_from_string(f"content {number}")
    begun = httpx.post(f"{url}/upload/storage/v1/b/files/o?uploadType=resumable&name=half", json={})
    chunk = b"a" * 256 * 1024
    httpx.put(begun.headers["location"], content=chunk, headers={"Content-Range": f"bytes 0-{len(chunk) - 1}/*"})
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    (tmp_path / "storage" / "drafts" / "leftover").write_bytes(b"half")
    (tmp_path / "storage" / "contents" / "ab").mkdir(exist_ok=True)
    (tmp_path / "storage" / "contents" / "ab" / "orphan").write_bytes(b"orphan")

    _, url = start()
    with _client(url, monkeypatch) as client:
        found = {blob.name: blob.download_as_text() for blob in client.list_blobs("files")}
        assert found == {f"o{number}": f"content {number}" for number in range(20)}
        session = begun.headers["location"].split("/upload/")[1]
        asked = httpx.put(f"{url}/upload/{session}", headers={"Content-Range": "bytes */*"})
        assert (asked.status_code, asked.headers["range"]) == (308, f"bytes=0-{len(chunk) - 1}")
        end = f"bytes {len(chunk)}-{len(chunk) + 1}/{len(chunk) + 2}"
        assert httpx.put(f"{url}/upload/{session}", content=b"zz", headers={"Content-Range": end}).status_code == 200
        assert client.bucket("files").blob("half").download_as_bytes() == chunk + b"zz"
    assert list((tmp_path / "storage" / "drafts").iterdir()) == []
    assert not (tmp_path / "storage" / "contents" / "ab" / "orphan").exists()
