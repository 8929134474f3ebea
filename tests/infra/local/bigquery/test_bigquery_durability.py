"""What was answered with 200 is there after a kill -9."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

from google.cloud import bigquery

from infra.local.clock import SystemClock
from tests.infra.local.bigquery.server import asking, client_of, column, serving

CHILD = """
import asyncio, sys
from pathlib import Path
from infra.local.clock import SystemClock
from tests.infra.local.bigquery.server import serving

async def main():
    async with serving(Path(sys.argv[1]), SystemClock()) as address:
        print(address, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_acknowledged_inserts_and_their_ids_survive_a_kill(tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, str(tmp_path), stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    line = await asyncio.wait_for(child.stdout.readline(), 20)
    try:
        await _write(line.decode().strip())
    finally:
        child.send_signal(signal.SIGKILL)
        await child.wait()
    async with serving(tmp_path, SystemClock()) as address:
        client = client_of(address)
        await asyncio.to_thread(client.insert_rows_json, "shop.sales.orders", [{"id": 500}], row_ids=["3"])
        assert await asking(client)("SELECT COUNT(*), MIN(id), MAX(id) FROM sales.orders") == [(20, 1, 100)]
        job = await asyncio.to_thread(client.get_job, "once")
        assert (job.state, job.num_dml_affected_rows) == ("DONE", 1)
        client.close()


async def _write(address: str) -> None:
    client = client_of(address)
    await asyncio.to_thread(client.create_dataset, "sales")
    table = bigquery.Table("shop.sales.orders", [column("id", "INT64")])
    await asyncio.to_thread(client.create_table, table)
    for number in range(20):
        await asyncio.to_thread(client.insert_rows_json, table, [{"id": number}], row_ids=[str(number)])
    sql = "UPDATE sales.orders SET id = 100 WHERE id = 0"
    await asyncio.to_thread(lambda: client.query(sql, job_id="once", job_retry=None).result(job_retry=None))
    client.close()
