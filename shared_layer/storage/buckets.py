"""The platform's buckets. All the world shares one set of bucket names: a deployment adds a suffix of its own."""

from __future__ import annotations

from typing import Final

from shared_layer.core.settings import settings

BUCKETS: Final[dict[str, int | None]] = {
    "xynergy-assets": None,
    "xynergy-audit": None,
    "xynergy-content": 30,
    "xynergy-reports": 365,
    "xynergy-research": 90,
    "xynergy-trending": 30,
}
"""The days after which an object goes; None: it stays."""


def bucket_name(bucket: str) -> str:
    """The bucket as Cloud Storage knows it: `xynergy-reports` with the deployment's suffix, such as `-acme-prod`."""
    return f"{bucket}{settings().bucket_suffix}"
