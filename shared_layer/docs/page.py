"""The page that shows the API. It runs under a policy that allows no inline script and no other host."""

from __future__ import annotations

from typing import Final

TITLE: Final = "Xynergy"

POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""Content-Security-Policy. Swagger UI's style sheet draws its arrows as data: images."""

START: Final = b"""\
"use strict";

async function start() {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) {
    const problem = await answer.json();
    throw new Error(problem.detail);
  }
  const spec = await answer.json();
  spec.servers = [{ url: window.location.origin }];
  window.ui = SwaggerUIBundle({
    spec,
    dom_id: "#viewer",
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: "none",
    filter: true,
    persistAuthorization: true,
    tryItOutEnabled: true,
    validatorUrl: null,
  });
}

start().catch((error) => {
  document.getElementById("viewer").textContent = "The API description could not be loaded: " + error.message;
});
"""
"""Starts the viewer on the origin that the page came from, whatever the document says, and keeps the API key."""

STYLE: Final = b"""\
body { margin: 0; background: #fafafa; }
#viewer { max-width: 1460px; margin: 0 auto; }
.swagger-ui .info { margin: 24px 0; }
"""


def page(asset_url: dict[str, str]) -> str:
    """The HTML; `asset_url` answers where each asset is."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{TITLE}</title>
<link rel="icon" type="image/png" href="{asset_url["favicon-32x32.png"]}">
<link rel="stylesheet" href="{asset_url["swagger-ui.css"]}">
<link rel="stylesheet" href="{asset_url["page.css"]}">
</head>
<body>
<main id="viewer"></main>
<noscript>The API is described in <a href="/openapi.json">openapi.json</a>.</noscript>
<script src="{asset_url["swagger-ui-bundle.js"]}" defer></script>
<script src="{asset_url["start.js"]}" defer></script>
</body>
</html>
"""
