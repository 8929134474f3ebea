"""Resumable uploads: by Google's client, and step by step by hand."""

from __future__ import annotations

import io

import google_crc32c
import httpx
import pytest
from google.api_core import exceptions

QUANTUM = 256 * 1024


def begin(running, name: str, **headers: str) -> str:
    answer = httpx.post(
        f"{running.url}/upload/storage/v1/b/files/o?uploadType=resumable&name={name}", json={}, headers=headers
    )
    assert answer.status_code == 200
    return answer.headers["location"]


def put(url: str, data: bytes, content_range: str, **headers: str) -> httpx.Response:
    return httpx.put(url, content=data, headers={"Content-Range": content_range, **headers})


def test_googles_client_uploads_in_chunks(bucket):
    data = bytes(i % 253 for i in range(3 * QUANTUM + 11))
    blob = bucket.blob("chunked", chunk_size=QUANTUM)
    blob.upload_from_file(io.BytesIO(data), content_type="application/x-test")
    assert blob.download_as_bytes() == data
    assert blob.content_type == "application/x-test"


def test_an_upload_goes_on_where_it_stopped(running, bucket):
    url = begin(running, "resumed")
    assert put(url, b"", "bytes */*").status_code == 308
    first = put(url, b"a" * QUANTUM, f"bytes 0-{QUANTUM - 1}/*")
    assert (first.status_code, first.headers["range"]) == (308, f"bytes=0-{QUANTUM - 1}")
    asked = put(url, b"", f"bytes */{QUANTUM + 3}")
    assert (asked.status_code, asked.headers["range"]) == (308, f"bytes=0-{QUANTUM - 1}")
    last = put(url, b"bcd", f"bytes {QUANTUM}-{QUANTUM + 2}/{QUANTUM + 3}")
    assert (last.status_code, last.json()["size"]) == (200, str(QUANTUM + 3))
    assert bucket.blob("resumed").download_as_bytes() == b"a" * QUANTUM + b"bcd"


def test_bytes_sent_twice_count_once(running, bucket):
    url = begin(running, "twice")
    put(url, b"a" * QUANTUM, f"bytes 0-{QUANTUM - 1}/*")
    whole = b"a" * QUANTUM + b"tail"
    assert put(url, whole, f"bytes 0-{len(whole) - 1}/{len(whole)}").status_code == 200
    assert bucket.blob("twice").download_as_bytes() == whole


def test_a_gap_and_an_odd_chunk_are_refused(running, bucket):
    url = begin(running, "gap")
    assert put(url, b"x" * QUANTUM, f"bytes {QUANTUM}-{2 * QUANTUM - 1}/*").status_code == 400
    assert put(url, b"x" * 1000, "bytes 0-999/*").status_code == 400


def test_the_outcome_can_be_asked_again_after_the_last_chunk(running, bucket):
    url = begin(running, "again")
    generation = put(url, b"xyz", "bytes 0-2/3").json()["generation"]
    assert put(url, b"", "bytes */3").json()["generation"] == generation


def test_a_wrong_checksum_at_the_end_creates_nothing(running, bucket):
    import base64

    url = begin(running, "sum")
    wrong = base64.b64encode(google_crc32c.Checksum(b"other").digest()).decode()
    assert put(url, b"xyz", "bytes 0-2/3", **{"X-Goog-Hash": f"crc32c={wrong}"}).status_code == 400
    assert bucket.get_blob("sum") is None


def test_a_cancelled_upload_is_gone(running, bucket):
    url = begin(running, "cancelled")
    assert httpx.delete(url).status_code == 499
    assert put(url, b"", "bytes */*").status_code == 404


def test_the_precondition_holds_also_at_the_end(running, bucket):
    answer = httpx.post(
        f"{running.url}/upload/storage/v1/b/files/o?uploadType=resumable&name=race&ifGenerationMatch=0", json={}
    )
    bucket.blob("race").upload_from_string("first")
    assert put(answer.headers["location"], b"xyz", "bytes 0-2/3").status_code == 412


def test_an_upload_into_a_missing_bucket_is_refused_at_once(client):
    blob = client.bucket("nowhere").blob("x", chunk_size=QUANTUM)
    with pytest.raises(exceptions.NotFound):
        blob.upload_from_file(io.BytesIO(b"x" * QUANTUM * 2))


def test_uploads_that_nobody_finishes_are_dropped_after_a_week(running, bucket, tmp_path):
    begin(running, "forgotten")
    partial = tmp_path / "storage" / "uploads"
    assert len(list(partial.iterdir())) == 1
    running.run(running.clock.advance(8 * 86_400))
    assert list(partial.iterdir()) == []
