"""V4 signed URLs, made by Google's client with the local service account key."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from google.oauth2 import service_account


@pytest.fixture
def signed(running, client, bucket):
    credentials = service_account.Credentials.from_service_account_file(running.service.signing_key)

    def sign(name: str, **options):
        # The client signs with the machine's time: the service's clock is set to it.
        running.clock._now = datetime.now(UTC).timestamp()
        return bucket.blob(name).generate_signed_url(
            version="v4", expiration=timedelta(minutes=5), credentials=credentials, **options
        )

    return sign


def test_a_signed_get_downloads_without_credentials(bucket, signed):
    bucket.blob("dir/a b ü.txt").upload_from_string("secret", content_type="text/plain")
    url = signed("dir/a b ü.txt", response_disposition='attachment; filename="a.txt"')
    answer = httpx.get(url)
    assert (answer.status_code, answer.text) == (200, "secret")
    assert answer.headers["content-disposition"] == 'attachment; filename="a.txt"'


def test_a_signed_put_stores_with_the_signed_headers(bucket, signed):
    headers = {"x-goog-meta-tenant": "t1", "Content-Type": "text/csv"}
    url = signed("up.csv", method="PUT", headers=dict(headers))
    assert httpx.put(url, content=b"1,2", headers=headers).status_code == 200
    found = bucket.get_blob("up.csv")
    assert (found.download_as_bytes(), found.content_type, found.metadata) == (b"1,2", "text/csv", {"tenant": "t1"})
    assert httpx.put(url, content=b"1,2", headers=headers | {"x-goog-meta-tenant": "t2"}).status_code == 403


def test_a_signed_post_begins_a_resumable_upload(bucket, signed):
    url = signed("big", method="RESUMABLE")
    begun = httpx.post(url, headers={"x-goog-resumable": "start"})
    assert begun.status_code == 201
    assert httpx.put(begun.headers["location"], content=b"bytes").status_code == 200
    assert bucket.blob("big").download_as_bytes() == b"bytes"


def test_another_method_name_or_signature_is_refused(bucket, signed):
    bucket.blob("mine").upload_from_string("x")
    url = signed("mine")
    assert httpx.delete(url).status_code == 403
    assert httpx.get(url.replace("/mine?", "/yours?")).status_code == 403
    assert httpx.get(url[:-4] + "0000").status_code == 403
    assert httpx.get(url.split("?")[0]).status_code == 403


def test_a_signed_url_expires(running, bucket, signed):
    bucket.blob("short").upload_from_string("x")
    url = signed("short")
    running.run(running.clock.advance(301))
    answer = httpx.get(url)
    assert answer.status_code == 400
    assert "expired" in answer.text
