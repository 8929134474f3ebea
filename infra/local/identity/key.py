"""The issuer's RSA key, kept in a file that only its owner may read."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def load_or_create(folder: Path) -> rsa.RSAPrivateKey:
    """The RSA-2048 key of `folder`, created with its first use; two processes that create it at once agree on one."""
    file = folder / "issuer-key.pem"
    if not file.exists():
        _create(file)
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise ValueError(f"{file} does not hold an RSA key: delete it to have a new one made")
    return key


def public_jwk(key: rsa.RSAPrivateKey) -> dict[str, str]:
    """The public half as a JSON Web Key; its id is the RFC 7638 thumbprint."""
    numbers = key.public_key().public_numbers()
    required = {"e": _base64url(numbers.e), "kty": "RSA", "n": _base64url(numbers.n)}
    canonical = json.dumps(required, sort_keys=True, separators=(",", ":"))
    thumbprint = hashlib.sha256(canonical.encode()).digest()
    return {**required, "alg": "RS256", "use": "sig", "kid": base64.urlsafe_b64encode(thumbprint).rstrip(b"=").decode()}


def _create(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as writer:
        writer.write(pem)
        writer.flush()
        os.fsync(writer.fileno())
    try:
        os.link(draft, file)  # unlike a rename, a link does not replace the key that another process made meanwhile
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _base64url(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
