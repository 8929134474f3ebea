"""The environment of the platform's processes: the user's own, with the local cloud in the place of Google's."""

from __future__ import annotations

from collections.abc import Mapping

from infra.local.folder import DataFolder
from infra.local.ports import Ports

PROJECT = "xynergy-local"
REGION = "us-central1"
GATEWAY_IDENTITY = f"api-gateway@{PROJECT}.iam.gserviceaccount.com"

# What would lead a client to the real cloud, or make a function take itself for a deployed one.
_LEFT_OUT = frozenset(
    {"GOOGLE_APPLICATION_CREDENTIALS", "GCP_PROJECT", "K_SERVICE", "K_REVISION", "FUNCTION_TARGET", "XYNERGY_API_KEYS"}
)
_DOCUMENT_ORIGINS = "https://xynergy-platform.com,https://api.xynergy.dev,https://*.xynergy.com"


def platform_variables(user: Mapping[str, str], ports: Ports, folder: DataFolder) -> dict[str, str]:
    """What a function must see to belong to this platform."""
    gateway = ports.gateway
    origins = (user.get("XYNERGY_CORS_ORIGINS", _DOCUMENT_ORIGINS), gateway, gateway.replace("localhost", "127.0.0.1"))
    return {
        **ports.variables(),
        "GOOGLE_CLOUD_PROJECT": PROJECT,
        "XYNERGY_REGION": REGION,
        "XYNERGY_GATEWAY_IDENTITY": GATEWAY_IDENTITY,
        "XYNERGY_GATEWAY_URL": gateway,
        "XYNERGY_API_KEYS_FILE": str(folder.operator_keys),
        "XYNERGY_OPENAPI": str(folder.openapi),
        "XYNERGY_CORS_ORIGINS": ",".join(origins),
    }


def process_environment(user: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    """`user`'s environment (a provider's key or address goes through as it is) with `variables` in it.

    Loopback calls never go through a proxy, and idle threads keep no memory arenas of their own.
    """
    without_proxy = ",".join(filter(None, (user.get("NO_PROXY", user.get("no_proxy", "")), "127.0.0.1,localhost")))
    return {
        "GRPC_VERBOSITY": "ERROR",
        "MALLOC_ARENA_MAX": "2",
        **{name: value for name, value in user.items() if name not in _LEFT_OUT},
        **variables,
        "NO_PROXY": without_proxy,
        "no_proxy": without_proxy,
        "PYTHONUNBUFFERED": "1",
    }
