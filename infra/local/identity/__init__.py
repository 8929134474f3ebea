"""The token issuer that stands for Google's: OpenID Connect tokens of service accounts, and the keys to check them."""

from infra.local.identity.issuer import GOOGLE, Issuer

__all__ = ["GOOGLE", "Issuer"]
