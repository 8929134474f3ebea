"""Objects through google-cloud-storage, unchanged."""

from __future__ import annotations

import base64
import hashlib
import json

import google_crc32c
import httpx
import pytest
from google.api_core import exceptions
from google.cloud import storage
from google.cloud.storage.retry import DEFAULT_RETRY


def test_what_is_uploaded_from_a_string_is_downloaded_with_its_type_and_metadata(bucket):
    blob = bucket.blob("reports/2026/ä b.txt")
    blob.metadata = {"tenant": "t1"}
    blob.cache_control = "no-store"
    blob.upload_from_string("grüße", content_type="text/plain; charset=utf-8")
    found = bucket.get_blob("reports/2026/ä b.txt")
    assert found.download_as_text() == "grüße"
    assert (found.content_type, found.cache_control) == ("text/plain; charset=utf-8", "no-store")
    assert found.metadata == {"tenant": "t1"}
    assert found.size == len("grüße".encode())


def test_the_checksums_are_those_of_the_bytes(bucket):
    data = bytes(range(256)) * 10
    blob = bucket.blob("sums")
    blob.upload_from_string(data)
    assert blob.md5_hash == base64.b64encode(hashlib.md5(data).digest()).decode()
    assert blob.crc32c == base64.b64encode(google_crc32c.Checksum(data).digest()).decode()


@pytest.mark.parametrize("checksum", ["md5", "crc32c", None])
def test_the_clients_own_checksums_are_accepted(bucket, checksum):
    blob = bucket.blob(f"with-{checksum}")
    blob.upload_from_string(b"data", checksum=checksum)
    assert blob.download_as_bytes(checksum=checksum) == b"data"


def test_a_wrong_checksum_is_refused_and_nothing_is_stored(running, bucket):
    answer = httpx.post(
        f"{running.url}/upload/storage/v1/b/files/o?uploadType=media&name=bad",
        content=b"data",
        headers={"X-Goog-Hash": "md5=" + base64.b64encode(hashlib.md5(b"other").digest()).decode()},
    )
    assert answer.status_code == 400
    assert "MD5" in answer.json()["error"]["message"]
    assert bucket.get_blob("bad") is None


def test_a_media_upload_keeps_the_content_type_of_the_request(running, bucket):
    url = f"{running.url}/upload/storage/v1/b/files/o?uploadType=media&name=plain"
    assert httpx.post(url, content=b"x", headers={"Content-Type": "text/css"}).json()["contentType"] == "text/css"


def test_media_that_looks_like_the_multipart_boundary_arrives_whole(bucket):
    data = b"\r\n--=\r\n\r\n--==\r\n" * 50 + b"==========--\r\n"
    bucket.blob("tricky").upload_from_string(data)
    assert bucket.blob("tricky").download_as_bytes() == data


def test_ranges_are_cut_out_of_the_object(running, bucket):
    blob = bucket.blob("range")
    blob.upload_from_string(b"0123456789")
    assert blob.download_as_bytes(start=2, end=4) == b"234"
    assert blob.download_as_bytes(start=7) == b"789"
    url = f"{running.url}/download/storage/v1/b/files/o/range?alt=media"
    answer = httpx.get(url, headers={"Range": "bytes=-3"})
    assert (answer.status_code, answer.content, answer.headers["content-range"]) == (206, b"789", "bytes 7-9/10")
    beyond = httpx.get(url, headers={"Range": "bytes=10-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, "bytes */10")


def test_an_empty_object_is_stored_and_read(bucket):
    bucket.blob("empty").upload_from_string(b"")
    assert bucket.blob("empty").download_as_bytes() == b""


def test_a_large_object_is_streamed_back_whole(bucket):
    data = bytes(i % 251 for i in range(3 * 1024 * 1024 + 17))
    bucket.blob("large").upload_from_string(data)
    assert bucket.blob("large").download_as_bytes() == data


def test_generations_grow_and_preconditions_hold_them(bucket):
    blob = bucket.blob("once")
    blob.upload_from_string("a", if_generation_match=0)
    first = blob.generation
    with pytest.raises(exceptions.PreconditionFailed):
        bucket.blob("once").upload_from_string("b", if_generation_match=0)
    blob.upload_from_string("c", if_generation_match=first)
    assert blob.generation > first
    with pytest.raises(exceptions.PreconditionFailed):
        blob.delete(if_generation_match=first)
    with pytest.raises(exceptions.NotFound):
        bucket.blob("once", generation=first).download_as_bytes()


def test_metadata_is_patched_key_by_key_and_counted(bucket):
    blob = bucket.blob("meta")
    blob.metadata = {"a": "1", "b": "2"}
    blob.upload_from_string("x")
    blob.metadata = {"a": None, "c": "3"}
    blob.content_type = "text/csv"
    blob.patch(if_metageneration_match=1)
    found = bucket.get_blob("meta")
    assert (found.metadata, found.content_type, found.metageneration) == ({"b": "2", "c": "3"}, "text/csv", 2)
    with pytest.raises(exceptions.PreconditionFailed):
        blob.patch(if_metageneration_match=1)


def test_update_replaces_the_settings(bucket):
    blob = bucket.blob("replaced")
    blob.metadata = {"a": "1"}
    blob.upload_from_string("x", content_type="text/plain")
    blob.metadata = {"z": "9"}
    blob.update()
    assert bucket.get_blob("replaced").metadata == {"z": "9"}


def test_a_read_that_needs_a_newer_object_is_answered_not_modified(running, bucket):
    blob = bucket.blob("cached")
    blob.upload_from_string("x")
    url = f"{running.url}/storage/v1/b/files/o/cached?ifGenerationNotMatch={blob.generation}"
    assert httpx.get(url).status_code == 304


def test_missing_things_are_not_found_in_googles_words(running, client, bucket):
    with pytest.raises(exceptions.NotFound, match="No such object: files/none"):
        bucket.blob("none").download_as_bytes()
    with pytest.raises(exceptions.NotFound):
        client.bucket("nowhere").blob("x").upload_from_string("x", retry=DEFAULT_RETRY)
    error = httpx.get(f"{running.url}/storage/v1/b/files/o/none").json()["error"]
    assert (error["code"], error["errors"][0]["reason"]) == (404, "notFound")


def test_copy_rewrite_and_move_share_the_bytes_and_carry_the_settings(client, bucket):
    other = client.create_bucket("other")
    source = bucket.blob("a/o/b")
    source.metadata = {"k": "v"}
    source.upload_from_string("bytes", content_type="text/x-test")
    copied = bucket.copy_blob(source, other, "copy/rewriteTo/b/x/o/y")
    assert (copied.content_type, copied.metadata) == ("text/x-test", {"k": "v"})
    target = other.blob("rewritten/o/c")
    token, done, total = target.rewrite(source)
    assert (token, done, total) == (None, 5, 5)
    assert target.download_as_bytes() == b"bytes"
    moved = bucket.move_blob(source, "moved")
    assert moved.download_as_bytes() == b"bytes"
    assert bucket.get_blob("a/o/b") is None
    assert bucket.get_blob("moved").content_type == "text/x-test"


def test_compose_joins_objects_and_has_no_md5(bucket):
    for name, text in (("p1", "ab"), ("p2", "cd")):
        bucket.blob(name).upload_from_string(text)
    whole = bucket.blob("whole")
    whole.content_type = "text/plain"
    whole.compose([bucket.blob("p1"), bucket.blob("p2"), bucket.blob("p1")])
    assert whole.download_as_bytes() == b"abcdab"
    assert (whole.component_count, whole.md5_hash, whole.content_type) == (3, None, "text/plain")


def test_compose_refuses_a_component_of_another_generation(bucket):
    part = bucket.blob("part")
    part.upload_from_string("a")
    with pytest.raises(exceptions.PreconditionFailed):
        bucket.blob("sum").compose([part], if_source_generation_match=[part.generation + 1])


def test_bytes_that_no_object_has_any_more_leave_the_disk(running, bucket, tmp_path):
    bucket.blob("one").upload_from_string("same")
    bucket.blob("two").upload_from_string("same")
    kept = tmp_path / "storage" / "contents"
    assert len(list(kept.glob("??/*"))) == 1
    bucket.blob("one").delete()
    assert len(list(kept.glob("??/*"))) == 1
    bucket.blob("two").upload_from_string("new")
    assert [file.read_bytes() for file in kept.glob("??/*")] == [b"new"]


def test_a_gzipped_object_is_sent_as_it_is_stored(running, bucket):
    import gzip

    blob = bucket.blob("z")
    blob.content_encoding = "gzip"
    blob.upload_from_string(gzip.compress(b"plain"), content_type="text/plain")
    assert blob.download_as_bytes() == b"plain"
    assert gzip.decompress(blob.download_as_bytes(raw_download=True)) == b"plain"


def test_an_error_of_json_names_itself(running, bucket):
    answer = httpx.post(f"{running.url}/storage/v1/b", content=b"[1]")
    assert (answer.status_code, json.loads(answer.content)["error"]["code"]) == (400, 400)


def test_a_file_is_written_and_read_through_the_clients_file_object(bucket):
    blob: storage.Blob = bucket.blob("file")
    with blob.open("w", chunk_size=256 * 1024) as writer:
        writer.writelines(f"line {i}\n" for i in range(60_000))
    with blob.open("r") as reader:
        assert sum(1 for _ in reader) == 60_000
