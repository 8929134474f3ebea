"""The bucket with Terraform's state, through Google's own client: made once, versioned and closed."""

from __future__ import annotations

from typing import Any

from infra.deploy.stage import Stage


class StateBucket:
    """The bucket of one stage."""

    def __init__(self, stage: Stage, client: Any = None) -> None:
        from google.cloud import storage

        self._client = client or storage.Client(project=stage.project)
        self._stage = stage

    def exists(self) -> bool:
        """Whether it is there."""
        return self._client.lookup_bucket(self._stage.state_bucket) is not None

    def make(self) -> None:
        """Make it: every version is kept, and nobody outside of the project ever reads it."""
        bucket = self._client.bucket(self._stage.state_bucket)
        bucket.versioning_enabled = True
        bucket.iam_configuration.uniform_bucket_level_access_enabled = True
        bucket.iam_configuration.public_access_prevention = "enforced"
        self._client.create_bucket(bucket, location=self._stage.region)

    def delete(self) -> None:
        """Delete it with every version of the state, once nothing is left that it tells of."""
        bucket = self._client.bucket(self._stage.state_bucket)
        for blob in self._client.list_blobs(bucket, versions=True):
            bucket.delete_blob(blob.name, generation=blob.generation)
        bucket.delete()
