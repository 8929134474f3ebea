"""Buckets through google-cloud-storage: labels, lifecycle, listing."""

from __future__ import annotations

import httpx
import pytest
from google.api_core import exceptions


def test_a_bucket_keeps_its_labels_and_lifecycle(client):
    bucket = client.bucket("labelled")
    bucket.labels = {"tenant": "t1", "env": "local"}
    bucket.add_lifecycle_delete_rule(age=30)
    bucket.create(location="eu")
    found = client.get_bucket("labelled")
    assert (found.labels, found.location) == ({"tenant": "t1", "env": "local"}, "EU")
    assert [rule["condition"] for rule in found.lifecycle_rules] == [{"age": 30}]


def test_a_patch_changes_single_labels(client):
    bucket = client.bucket("patched")
    bucket.labels = {"a": "1", "b": "2"}
    bucket.create()
    bucket.labels = {"a": "3"}
    bucket.patch()
    found = client.get_bucket("patched")
    assert (found.labels, found.metageneration) == ({"a": "3"}, 2)


def test_a_second_bucket_of_the_same_name_is_a_conflict(client):
    client.create_bucket("taken")
    with pytest.raises(exceptions.Conflict):
        client.create_bucket("taken")


def test_a_bad_name_is_refused(running):
    assert httpx.post(f"{running.url}/storage/v1/b", json={"name": "Nope_"}).status_code == 400


def test_buckets_are_listed_in_pages_by_prefix(client):
    for name in ("b-1", "b-2", "b-3", "c-1"):
        client.create_bucket(name)
    assert [bucket.name for bucket in client.list_buckets(prefix="b-", page_size=2)] == ["b-1", "b-2", "b-3"]


def test_only_an_empty_bucket_can_be_deleted(client, bucket):
    bucket.blob("x").upload_from_string("x")
    with pytest.raises(exceptions.Conflict):
        bucket.delete()
    bucket.delete(force=True)
    assert client.lookup_bucket("files") is None


@pytest.fixture
def tree(bucket):
    for name in ("a", "a/1", "a/2/x", "a/2/y", "a/3", "b/1", "ä", "z"):
        bucket.blob(name).upload_from_string(name)
    return bucket


def test_objects_are_listed_in_order_over_pages(client, tree):
    assert [blob.name for blob in client.list_blobs(tree, page_size=3)] == [
        "a", "a/1", "a/2/x", "a/2/y", "a/3", "b/1", "z", "ä",
    ]  # fmt: skip


@pytest.mark.parametrize("page_size", [1, 2, 100])
def test_a_delimiter_folds_what_lies_below_it(client, tree, page_size):
    found = client.list_blobs(tree, prefix="a/", delimiter="/", page_size=page_size)
    assert [blob.name for blob in found] == ["a/1", "a/3"]
    assert found.prefixes == {"a/2/"}


def test_offsets_and_globs_narrow_a_listing(client, tree):
    assert [blob.name for blob in client.list_blobs(tree, start_offset="a/2", end_offset="b")] == [
        "a/2/x", "a/2/y", "a/3",
    ]  # fmt: skip
    assert [blob.name for blob in client.list_blobs(tree, match_glob="a/2/*")] == ["a/2/x", "a/2/y"]


def test_a_name_equal_to_the_prefix_is_listed_once(client, tree):
    assert [blob.name for blob in client.list_blobs(tree, prefix="a/1", page_size=1)] == ["a/1"]


def test_a_listing_of_a_missing_bucket_is_not_found(client):
    with pytest.raises(exceptions.NotFound):
        list(client.list_blobs("nowhere"))


def test_objects_older_than_the_lifecycle_age_are_swept(client, running):
    bucket = client.bucket("ageing")
    bucket.add_lifecycle_delete_rule(age=1, matches_prefix=["tmp/"])
    bucket.create()
    for name in ("tmp/old", "keep/old"):
        bucket.blob(name).upload_from_string("x")
    running.run(running.clock.advance(23 * 3600))
    assert len(list(client.list_blobs(bucket))) == 2
    bucket.blob("tmp/young").upload_from_string("x")
    running.run(running.clock.advance(2 * 3600))
    assert [blob.name for blob in client.list_blobs(bucket)] == ["keep/old", "tmp/young"]


def test_a_rule_with_a_condition_that_is_not_understood_deletes_nothing(client, running):
    bucket = client.bucket("careful")
    bucket.add_lifecycle_delete_rule(age=1, number_of_newer_versions=3)
    bucket.create()
    bucket.blob("x").upload_from_string("x")
    running.run(running.clock.advance(50 * 3600))
    assert bucket.get_blob("x") is not None
