"""An issuer of tokens that lies in every way there is: good tokens, and forty kinds of bad ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

Claims = dict[str, Any]
KEY_ID = "published-1"


def encoded(value: bytes | dict[str, Any]) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Signer:
    """A key, the set that publishes it, and tokens signed with it."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def jwk(self, key: rsa.RSAPrivateKey | None = None, key_id: str = KEY_ID) -> dict[str, str]:
        numbers = (key or self.key).public_key().public_numbers()
        size = (numbers.n.bit_length() + 7) // 8
        modulus, exponent = numbers.n.to_bytes(size, "big"), numbers.e.to_bytes(3, "big")
        return {
            "kty": "RSA",
            "alg": "RS256",
            "use": "sig",
            "kid": key_id,
            "n": encoded(modulus),
            "e": encoded(exponent),
        }

    def public_pem(self) -> bytes:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.key.public_key().public_bytes(serialization.Encoding.PEM, form)

    def token(self, claims: Claims, *, key: rsa.RSAPrivateKey | None = None, **header: Any) -> str:
        """A token signed with RS256, whatever its header says."""
        signed = f"{encoded({'alg': 'RS256', 'typ': 'JWT', 'kid': KEY_ID, **header})}.{encoded(claims)}"
        signature = (key or self.key).sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{encoded(signature)}"

    def confused(self, claims: Claims, secret: bytes, **header: Any) -> str:
        """A token signed by HMAC with what is public."""
        signed = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': KEY_ID, **header})}.{encoded(claims)}"
        return f"{signed}.{encoded(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"

    @contextmanager
    def published(self) -> Iterator[str]:
        """The URL at which the key set is served."""
        body = json.dumps({"keys": [self.jwk()]}).encode()

        class Certificates(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Certificates)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/certs"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def bad_tokens(signer: Signer, good: Claims) -> dict[str, str]:
    """What is wrong → a token made from the claims of a good one. None of these may open anything."""
    now = int(good["iat"])
    token = signer.token(good)
    head, payload, signature = token.split(".")
    without = {name: {key: value for key, value in good.items() if key != name} for name in good}
    strange, own = signer.jwk(signer.stranger), signer.jwk()
    return {
        "alg none": f"{encoded({'alg': 'none', 'kid': KEY_ID})}.{payload}.",
        "alg none with a signature": f"{encoded({'alg': 'none', 'kid': KEY_ID})}.{payload}.{signature}",
        "alg nOnE": f"{encoded({'alg': 'nOnE', 'kid': KEY_ID})}.{payload}.",
        "no alg": f"{encoded({'kid': KEY_ID})}.{payload}.{signature}",
        "HS256 with the public key as secret": signer.confused(good, signer.public_pem()),
        "HS256 with the modulus as secret": signer.confused(good, own["n"].encode()),
        "HS256 with the key set as secret": signer.confused(good, json.dumps(own).encode()),
        "HS256 with nothing as secret": signer.confused(good, b""),
        "RS512 in the header": signer.token(good, alg="RS512"),
        "PS256 in the header": signer.token(good, alg="PS256"),
        "ES256 in the header": signer.token(good, alg="ES256"),
        "another key under the published id": signer.token(good, key=signer.stranger),
        "unknown kid": signer.token(good, kid="unknown"),
        "no kid": signer.token(good, kid=None),
        "kid that is a path": signer.token(good, kid="../../../../dev/null"),
        "kid that is SQL": signer.token(good, kid="x' UNION SELECT 'k'--"),
        "kid that is a list": signer.token(good, kid=[KEY_ID]),
        "jku of a stranger": signer.token(good, key=signer.stranger, jku="http://127.0.0.1:9/keys"),
        "x5u of a stranger": signer.token(good, key=signer.stranger, x5u="http://127.0.0.1:9/cert"),
        "jwk embedded": signer.token(good, key=signer.stranger, jwk=strange),
        "x5c embedded": signer.token(good, key=signer.stranger, x5c=["MIIB"]),
        "crit": signer.token(good, crit=["exp"], exp=now),
        "b64 false": signer.token(good, crit=["b64"], b64=False),
        "zip": f"{encoded({'alg': 'RS256', 'kid': KEY_ID, 'zip': 'DEF'})}.{payload}.{signature}",
        "payload changed": f"{head}.{encoded({**good, 'sub': 'somebody-else'})}.{signature}",
        "truncated": token[: len(token) // 2],
        "signature cut": token[:-8],
        "no signature": f"{head}.{payload}.",
        "two parts": f"{head}.{payload}",
        "two signatures": f"{token}.{signature}",
        "five parts (encrypted)": f"{token}.{payload}.{signature}",
        "padded": f"{token}==",
        "not base64": f"{head}.{payload}.***",
        "payload that is a list": f"{head}.{encoded(b'[]')}.{signature}",
        "payload that is deep": f"{head}.{encoded(b'[' * 5000)}.{signature}",
        "too long": signer.token({**good, "note": "x" * 20_000}),
        "wrong iss": signer.token({**good, "iss": "https://evil.example"}),
        "iss of another project": signer.token({**good, "iss": "https://securetoken.google.com/another"}),
        "iss with more behind": signer.token({**good, "iss": good["iss"] + ".evil.example"}),
        "iss that is a list": signer.token({**good, "iss": [good["iss"]]}),
        "no iss": signer.token(without["iss"]),
        "wrong aud": signer.token({**good, "aud": "another"}),
        "aud of another host": signer.token({**good, "aud": "https://evil.example/x"}),
        "aud that is a list": signer.token({**good, "aud": [good["aud"], "another"]}),
        "no aud": signer.token(without["aud"]),
        "expired": signer.token({**good, "iat": now - 7200, "exp": now - 3600}),
        "exp that is a text": signer.token({**good, "exp": "tomorrow"}),
        "exp at the end of time": signer.token({**good, "exp": 10**15}),
        "no exp": signer.token(without["exp"]),
        "nbf in the future": signer.token({**good, "nbf": now + 3600}),
        "iat in the future": signer.token({**good, "iat": now + 3000}),
        "iat after exp": signer.token({**good, "iat": now + 30, "exp": now + 20}),
        "no iat": signer.token(without["iat"]),
        "no sub": signer.token(without["sub"]),
    }
