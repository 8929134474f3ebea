"""API Gateway on one machine: executes the OpenAPI 2.0 document that is deployed to Google's, and nothing else."""

from infra.local.gateway.gateway import Gateway
from infra.local.gateway.tokens import TokenIssuer

__all__ = ["Gateway", "TokenIssuer"]
