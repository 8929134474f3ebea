"""An asset: a picture or a file of the tenant's, uploaded straight to Cloud Storage, taken in by its bytes.

awaiting_upload → ready      its metadata is left out, its size known; one that is there already shares its bytes
       '────────→ refused    it is not what it was said to be
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, StringConstraints

from shared_layer.core.models import Entity, Model, PageQuery, empty_list
from shared_layer.storage.documents import tenant_document

if TYPE_CHECKING:
    from google.cloud.firestore import AsyncDocumentReference

COLLECTION: Final = "content_assets"
CONTENTS: Final = "content_asset_hashes"
UPLOADS: Final = "xynergy-content"
KEPT: Final = "xynergy-assets"
BYTES_AT_MOST: Final = 20 << 20
PIXELS_AT_MOST: Final = 100_000_000

AssetType = Literal["image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf", "video/mp4"]
State = Literal["awaiting_upload", "ready", "refused"]


class NewAsset(Model):
    """A file that is to be uploaded: it must have exactly `size` bytes, and be of `content_type`."""

    filename: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\r\n\x00/\\]+$")] = Field(
        examples=["slow-bread.jpg"]
    )
    content_type: AssetType
    size: Annotated[int, Field(ge=1, le=BYTES_AT_MOST)]
    alt: Annotated[str, StringConstraints(max_length=500)] = ""


class Suggestion(Model):
    """An alternative text that a model proposes. `notice` is said where it is a mock's."""

    text: str
    provider: str
    model: str
    cost_micros: int
    notice: str | None = None


class Asset(Entity):
    """An asset as it is answered."""

    id: str
    filename: str
    content_type: AssetType
    size: int
    alt: str
    alt_suggestion: Suggestion | None = None
    state: State = "awaiting_upload"
    refused_because: str | None = None
    width: int = 0
    height: int = 0
    sha256: str | None = None
    same_as: str | None = Field(default=None, description="The asset that had these bytes first.")
    left_out: list[str] = Field(
        default_factory=empty_list, description="Metadata that the upload had, and this has not."
    )
    created_by: str


class AssetToUpload(Asset):
    """A new asset with where its bytes go: one PUT of them to `upload_url`, with the same Content-Type.

    The address is signed by Cloud Storage for this one upload (a resumable session): it names the object, its type and
    its size, holds for a week, and needs no other credential.
    """

    upload_url: str


class AltText(Model):
    """What is said of a picture to who does not see it."""

    alt: Annotated[str, StringConstraints(max_length=500)] = Field(examples=["A round loaf on a wooden board"])


class AssetFilter(PageQuery):
    """Which assets, the newest first."""

    state: State | None = None


def asset_document(tenant_id: str, asset_id: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/content_assets/{asset}`."""
    return tenant_document(tenant_id, COLLECTION, asset_id)


def content_document(tenant_id: str, sha256: str) -> AsyncDocumentReference:
    """`tenants/{tenant}/content_asset_hashes/{sha256}`: which asset had these bytes first."""
    return tenant_document(tenant_id, CONTENTS, sha256)


def upload_name(tenant_id: str, asset_id: str) -> str:
    """Where an upload arrives."""
    return f"tenants/{tenant_id}/uploads/{asset_id}"


def kept_name(tenant_id: str, sha256: str) -> str:
    """Where an asset's bytes are kept, once for all assets that have them."""
    return f"tenants/{tenant_id}/assets/{sha256}"
