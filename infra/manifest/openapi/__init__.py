"""The OpenAPI 3.1 document of the HTTP operations, for people, client generators and fuzzers."""

from infra.manifest.openapi.document import openapi

__all__ = ["openapi"]
