"""UTM parameters: where a visit came from, on the links that a mail or a post has to the tenant's own site.

https://support.google.com/analytics/answer/10917952 names them. A link that carries some already is left alone.
"""

from __future__ import annotations

import html
import re
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from shared_layer.content.body import BlogBody, Body, EmailBody, LandingBody, SocialBody

_HREF: Final = re.compile(r"""(<a\b[^>]*?\bhref\s*=\s*)(["'])(.*?)\2""", re.IGNORECASE | re.DOTALL)


def utm_of(body: Body, slug: str, campaign_id: str | None, source: str) -> dict[str, str]:
    """The parameters of a piece: the campaign is its campaign's id, else its slug."""
    medium, usual = "organic", "site"
    if isinstance(body, EmailBody):
        medium, usual = "email", "newsletter"
    elif isinstance(body, SocialBody):
        medium, usual = "social", body.network
    return {"utm_source": source or usual, "utm_medium": medium, "utm_campaign": campaign_id or slug}


def tracked(url: str, site_url: str | None, utm: dict[str, str]) -> str:
    """`url` with the parameters, where it leads to the own site and carries none."""
    try:
        parts = urlsplit(url)
        own = site_url is not None and parts.hostname == urlsplit(site_url).hostname
    except ValueError:
        return url
    query = parse_qsl(parts.query, keep_blank_values=True)
    if not own or parts.hostname is None or any(name.startswith("utm_") for name, _ in query):
        return url
    return urlunsplit(parts._replace(query=urlencode([*query, *utm.items()])))


def with_tracking(body: Body, site_url: str | None, utm: dict[str, str]) -> Body:
    """A mail or a post whose links to the own site tell where a visit came from; pages are left as they are."""
    if isinstance(body, BlogBody | LandingBody):
        return body
    if isinstance(body, SocialBody):
        return body.model_copy(update={"link": tracked(body.link, site_url, utm)}) if body.link else body

    def linked(match: re.Match[str]) -> str:
        address = tracked(html.unescape(match[3]), site_url, utm)
        return f"{match[1]}{match[2]}{html.escape(address)}{match[2]}"

    return body.model_copy(update={"html": _HREF.sub(linked, body.html)})
