"""The service account whose signed URLs (V4) this Cloud Storage honours."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

EMAIL = "signer@local.iam.gserviceaccount.com"


class Signer:
    """`path` is a key file that google.oauth2.service_account.Credentials.from_service_account_file reads."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "signing-key.json"
        if not self.path.exists():
            _create(self.path)
        pem = json.loads(self.path.read_bytes())["private_key"]
        key = serialization.load_pem_private_key(pem.encode(), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise OSError(f"{self.path} does not hold an RSA key: delete it to have a new one made")
        self._public = key.public_key()

    def signed(self, text: str, signature: str) -> bool:
        """Whether `signature` (hex, RSA PKCS #1 v1.5 over SHA-256) is this account's over `text`."""
        try:
            self._public.verify(bytes.fromhex(signature), text.encode(), padding.PKCS1v15(), hashes.SHA256())
        except (InvalidSignature, ValueError):
            return False
        return True


def _create(path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    account: dict[str, Any] = {
        "type": "service_account",
        "project_id": "local",
        "private_key_id": secrets.token_hex(20),
        "private_key": pem.decode(),
        "client_email": EMAIL,
        "token_uri": "http://127.0.0.1/token",
    }
    draft = path.with_suffix(".draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(account, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
