"""Ed25519 keys: the platform's own from a mounted secret, public ones for whoever verifies.

The secret `xynergy-audit-key` holds one or more private keys in PEM. The first one signs; the others are former ones,
kept so that what they signed can still be verified. It is read again every five minutes.
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shared_layer.core import clock
from shared_layer.core.errors import Unavailable
from shared_layer.core.secrets import secret_file

SECRET: Final = "xynergy-audit-key"  # noqa: S105 (a name, not a secret)
RELOAD_SECONDS: Final = 300.0
_PEM: Final = re.compile(rb"-----BEGIN [A-Z ]+-----.+?-----END [A-Z ]+-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key; `key_id` is the first 16 hex digits of the SHA-256 of its raw public key."""

    key_id: str
    private_key: Any

    def sign(self, value: Any) -> bytes:
        """The signature of a value's RFC 8785 form."""
        import rfc8785

        signature: bytes = self.private_key.sign(rfc8785.dumps(value))
        return signature


_signers: list[Signer] = []
_read_at = float("-inf")


def key_file() -> Path:
    """Where the secret is mounted: beside the operators' keys, unless XYNERGY_AUDIT_KEY_FILE says otherwise."""
    named = os.environ.get("XYNERGY_AUDIT_KEY_FILE")
    return Path(named) if named else secret_file(SECRET)


def signers() -> list[Signer]:
    """The platform's keys, the one that signs first. Raises Unavailable where the secret is not mounted."""
    global _signers, _read_at
    if not _signers or clock.now() - _read_at > RELOAD_SECONDS:
        try:
            _signers = read_signers(key_file().read_bytes())
        except (OSError, ValueError) as error:
            raise Unavailable(f"The audit key cannot be read: {error}") from error
        _read_at = clock.now()
    return _signers


def certificate_signer() -> Signer:
    """The key that certificates are signed with today."""
    return signers()[0]


def read_signers(pem: bytes) -> list[Signer]:
    """The Ed25519 private keys of a PEM file. Raises ValueError where there is none."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    found = []
    for block in _PEM.findall(pem):
        key = load_pem_private_key(block, password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("it holds a key that is not Ed25519")
        found.append(Signer(key_id_of(key.public_key()), key))
    if not found:
        raise ValueError("it holds no private key in PEM")
    return found


def public_keys() -> dict[str, Any]:
    """The public halves of the platform's keys, by key id."""
    return {signer.key_id: signer.private_key.public_key() for signer in signers()}


def read_public_keys(pem: bytes) -> dict[str, Any]:
    """Ed25519 public keys of a PEM file, by key id."""
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    keys = [load_pem_public_key(block) for block in _PEM.findall(pem)]
    return {key_id_of(key): key for key in keys}


def key_id_of(public_key: Any) -> str:
    """The id of a public key."""
    return hashlib.sha256(public_key.public_bytes_raw()).hexdigest()[:16]


def verify_signature(keys: dict[str, Any], key_id: str, value: Any, signature: bytes) -> bool:
    """Whether `signature` is that of `value` by the known key `key_id`."""
    import rfc8785
    from cryptography.exceptions import InvalidSignature

    if key_id not in keys:
        return False
    try:
        keys[key_id].verify(signature, rfc8785.dumps(value))
    except InvalidSignature:
        return False
    return True


def new_key() -> bytes:
    """A new private key in PEM, as the secret holds it."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def public_pem() -> bytes:
    """The public halves of the platform's keys, in PEM: what a verifier elsewhere is given."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    form = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return b"".join(signer.private_key.public_key().public_bytes(*form) for signer in signers())
