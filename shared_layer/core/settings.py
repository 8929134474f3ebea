"""What the environment tells a function: where Google Cloud and Redis are, and who may call from a browser."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

DOCUMENT_ORIGINS = "https://xynergy-platform.com,https://api.xynergy.dev,https://*.xynergy.com"


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment, read once.

    `project` and `region` name the Google Cloud project; `oidc_certificates` is where the keys of Google's identity
    tokens are published, `user_certificates` where those of people's Firebase tokens are;
    `gateway_identity` is the service account that API Gateway calls with; `gateway_url` is where callers reach it.
    `webhook_receivers` are the (host, port) inside the network that the operator vouches for: webhooks go there too.
    `slack_url`, `gmail_url`, `search_console_url` and the `google_` ones are Slack's, Google's and its OAuth endpoints.
    `bucket_suffix` ends the name of every bucket. `index_now_url` is the search engine that is told of new pages.
    """

    project: str
    region: str
    redis_url: str
    cors_origins: tuple[str, ...]
    function: str
    oidc_certificates: str
    oidc_issuer: str
    user_certificates: str
    gateway_identity: str
    operator_keys_file: str
    operator_keys: str
    functions_url: str
    gateway_url: str
    webhook_receivers: frozenset[tuple[str, int]]
    slack_url: str
    gmail_url: str
    search_console_url: str
    google_authorization_url: str
    google_token_url: str
    bucket_suffix: str
    index_now_url: str


@cache
def settings() -> Settings:
    """The process's settings. Tests that change the environment call `settings.cache_clear()`."""
    env = os.environ.get
    project = env("GOOGLE_CLOUD_PROJECT") or env("GCP_PROJECT") or "xynergy-local"
    return Settings(
        project=project,
        region=env("XYNERGY_REGION", "us-central1"),
        redis_url=env("REDIS_URL", "redis://127.0.0.1:6379/0"),
        cors_origins=tuple(o.strip() for o in env("XYNERGY_CORS_ORIGINS", DOCUMENT_ORIGINS).split(",") if o.strip()),
        function=env("K_SERVICE", env("FUNCTION_TARGET", "")),
        oidc_certificates=env("XYNERGY_OIDC_CERTIFICATES", "https://www.googleapis.com/oauth2/v3/certs"),
        oidc_issuer=env("XYNERGY_OIDC_ISSUER", "https://accounts.google.com"),
        user_certificates=env(
            "XYNERGY_USER_CERTIFICATES",
            "https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com",
        ),
        gateway_identity=env("XYNERGY_GATEWAY_IDENTITY", f"api-gateway@{project}.iam.gserviceaccount.com"),
        operator_keys_file=env("XYNERGY_API_KEYS_FILE", "/secrets/xynergy-api-keys"),
        operator_keys=env("XYNERGY_API_KEYS", ""),
        functions_url=env("XYNERGY_FUNCTIONS_URL", ""),
        gateway_url=env("XYNERGY_GATEWAY_URL", ""),
        webhook_receivers=_receivers(env("XYNERGY_WEBHOOK_RECEIVERS", "")),
        slack_url=env("XYNERGY_SLACK_URL", "https://slack.com/api/"),
        gmail_url=env("XYNERGY_GMAIL_URL", "https://gmail.googleapis.com"),
        search_console_url=env("XYNERGY_SEARCH_CONSOLE_URL", "https://searchconsole.googleapis.com"),
        google_authorization_url=env(
            "XYNERGY_GOOGLE_AUTHORIZATION_URL", "https://accounts.google.com/o/oauth2/v2/auth"
        ),
        google_token_url=env("XYNERGY_GOOGLE_TOKEN_URL", "https://oauth2.googleapis.com/token"),
        bucket_suffix=env("XYNERGY_BUCKET_SUFFIX", ""),
        index_now_url=env("XYNERGY_INDEXNOW_URL", "https://api.indexnow.org/indexnow"),
    )


def function_url(slug: str) -> str:
    """A function's own address; empty where it is not known.

    XYNERGY_FUNCTIONS_URL is what all addresses begin with, or has `{slug}` where the function's name stands.
    """
    base = settings().functions_url
    if "{slug}" in base:
        return base.replace("{slug}", slug)
    return f"{base}/{slug}" if base else ""


def _receivers(text: str) -> frozenset[tuple[str, int]]:
    """`host:port` pairs between commas."""
    pairs = (each.strip().rpartition(":") for each in text.split(",") if each.strip())
    return frozenset((host, int(port)) for host, _, port in pairs)
