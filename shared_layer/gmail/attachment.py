"""Files that go out with a mail: bounded, of kinds that Gmail takes, kept in the bucket until the mail is gone.

https://support.google.com/mail/answer/6590 lists the endings that Gmail refuses; its own bound is 25 MB a mail.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from shared_layer.core.errors import ValidationFailed
from shared_layer.core.models import Model
from shared_layer.storage.buckets import bucket_name
from shared_layer.storage.gcp_clients import storage

BUCKET: Final = "xynergy-reports"
FILES_AT_MOST: Final = 10
BYTES_AT_MOST: Final = 10 << 20
"""Of all files of a mail together."""

BODY_LIMIT: Final = 16 << 20
REFUSED: Final = frozenset((
    "ade", "adp", "apk", "appx", "appxbundle", "bat", "cab", "chm", "cmd", "com", "cpl", "diagcab", "diagcfg",
    "diagpack", "dll", "dmg", "ex", "ex_", "exe", "hta", "img", "ins", "iso", "isp", "jar", "jnlp", "js", "jse",
    "lib", "lnk", "mde", "mjs", "msc", "msi", "msix", "msixbundle", "msp", "mst", "nsh", "pif", "ps1", "scr", "sct",
    "shb", "sys", "vb", "vbe", "vbs", "vhd", "vxd", "wsc", "wsf", "wsh", "xll",
))  # fmt: skip


class NewAttachment(Model):
    """A file to send along."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\r\n\x00/\\]+$")] = Field(
        examples=["offer.pdf"]
    )
    mimetype: Annotated[str, StringConstraints(max_length=127, pattern=r"^[a-z0-9][\w.+-]*/[\w.+-]+$")] = Field(
        default="application/octet-stream", examples=["application/pdf"]
    )
    content: Annotated[str, StringConstraints(min_length=1, max_length=BODY_LIMIT)] = Field(
        examples=["JVBERi0xLjcK"], description="The file in base64 (RFC 4648, 4)."
    )


class KeptAttachment(Model):
    """A file of a mail on its way."""

    name: str
    mimetype: str
    size: int


def decoded(files: Sequence[NewAttachment]) -> list[bytes]:
    """The files' bytes. Raises ValidationFailed for what is no base64, too much, or of a kind that Gmail refuses."""
    contents = []
    for position, file in enumerate(files):
        ending = file.name.rpartition(".")[2].lower() if "." in file.name else ""
        if ending in REFUSED:
            raise _refused(position, "name", f"Gmail takes no .{ending} files. Send a link to it.")
        try:
            contents.append(base64.b64decode(file.content, validate=True))
        except (binascii.Error, ValueError):
            raise _refused(position, "content", "this is not base64 (RFC 4648, 4)") from None
    if sum(map(len, contents)) > BYTES_AT_MOST:
        raise ValidationFailed(f"The files have more than {BYTES_AT_MOST >> 20} MiB together. Send a link to them.")
    return contents


def _refused(position: int, field: str, detail: str) -> ValidationFailed:
    pointer = f"/attachments/{position}/{field}"
    return ValidationFailed(errors=[{"pointer": pointer, "in": "body", "detail": detail, "type": "attachment"}])


async def keep(tenant_id: str, send_id: str, files: Sequence[NewAttachment]) -> list[KeptAttachment]:
    """Write the files of a mail into the bucket. Raises ValidationFailed."""
    contents = decoded(files)
    await asyncio.gather(*[_write(tenant_id, send_id, number, data) for number, data in enumerate(contents)])
    return [
        KeptAttachment(name=file.name, mimetype=file.mimetype, size=len(data))
        for file, data in zip(files, contents, strict=True)
    ]


async def _write(tenant_id: str, send_id: str, number: int, data: bytes) -> None:
    blob = storage().bucket(bucket_name(BUCKET)).blob(_name(tenant_id, send_id, number))
    await asyncio.to_thread(blob.upload_from_string, data, "application/octet-stream")


async def kept(tenant_id: str, send_id: str, number: int) -> bytes:
    """A file of a mail."""
    blob = storage().bucket(bucket_name(BUCKET)).blob(_name(tenant_id, send_id, number))
    data: bytes = await asyncio.to_thread(blob.download_as_bytes)
    return data


def _name(tenant_id: str, send_id: str, number: int) -> str:
    return f"tenants/{tenant_id}/mail/{send_id}/{number}"
