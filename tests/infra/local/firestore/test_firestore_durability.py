import asyncio
import contextlib
import sys

from google.api_core import exceptions
from google.cloud import firestore

from infra.local.firestore import FirestoreService
from tests.infra.local.firestore.server import LocalFirestore

WRITES_BEFORE_THE_KILL = 40


async def test_what_was_acknowledged_before_a_kill_is_there_with_its_index_and_changes(tmp_path, project, monkeypatch):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.infra.local.firestore.serve", str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    host = (await process.stdout.readline()).decode().strip()
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", host)
    client = firestore.AsyncClient(project=project)
    acknowledged = []

    async def write(lane):
        for number in range(1000):
            document = client.document(f"acked/{lane}-{number}")
            with contextlib.suppress(exceptions.GoogleAPICallError):
                await document.create({"lane": lane, "n": number}, timeout=1, retry=None)
                acknowledged.append(document.id)
            if process.returncode is not None or len(acknowledged) >= WRITES_BEFORE_THE_KILL:
                return

    writers = [asyncio.ensure_future(write(lane)) for lane in range(4)]
    await asyncio.wait(writers, return_when=asyncio.FIRST_COMPLETED)
    process.kill()
    await process.wait()
    await asyncio.wait_for(asyncio.gather(*writers), 30)
    await client._firestore_api.transport.close()

    server = await LocalFirestore.start(FirestoreService(tmp_path))
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", server.host)
    client = firestore.AsyncClient(project=project)
    stored = {snapshot.id async for snapshot in client.collection("acked").stream()}
    indexed = {snapshot.id async for snapshot in client.collection("acked").order_by("n").stream()}
    told = {change.attributes["document"].split("/")[1] for change in server.service.changes.changes_after(0, 1000)}
    await client._firestore_api.transport.close()
    await server.stop()
    assert len(acknowledged) >= WRITES_BEFORE_THE_KILL
    assert set(acknowledged) <= stored
    assert stored == indexed == told
