"""What a request or a piece gives to check, as material."""

from __future__ import annotations

from collections.abc import Iterator

from shared_layer.content.body import WEB, Body, LandingBody, SocialBody
from shared_layer.content.piece import Text
from shared_layer.content.texts import fields_of
from shared_layer.validation.finding import Span
from shared_layer.validation.markup import Page
from shared_layer.validation.material import Link, Material, passage_of
from shared_layer.validation.validation import ValidationRequest


def material_of(request: ValidationRequest) -> Material:
    """A text or a page that came with the call. A page's own title and description count where none were given."""
    html = request.html is not None
    passage = passage_of("html" if html else "text", request.html or request.text or "", html)
    page = passage.page or Page()
    return Material(
        passages=[passage],
        locale=request.locale,
        title=request.title if request.title is not None else page.title,
        description=request.description if request.description is not None else page.description,
        keyphrase=request.keyphrase,
        web=html,
        sources=request.sources,
    )


def material_of_piece(text: Text, locale: str, content_id: str) -> Material:
    """A version of a piece: its title, then its body field by field."""
    fields = [("title", text.title, False)]
    fields += [(one.field, one.text, one.html) for one in fields_of(text.body) if one.text]
    return Material(
        passages=[passage_of(*field) for field in fields],
        locale=locale,
        title=text.seo.meta_title or text.title,
        description=text.seo.meta_description,
        keyphrase=text.seo.keyphrase,
        web=text.body.type in WEB,
        extra_links=list(_links(text.body)),
        sources=text.sources,
        content_id=content_id,
        has_own_title=True,
    )


def _links(body: Body) -> Iterator[Link]:
    if isinstance(body, LandingBody):
        url = body.call_to_action.url
        yield Link(url, Span(field="body.call_to_action.url", start=0, end=len(url)))
    elif isinstance(body, SocialBody) and body.link:
        yield Link(body.link, Span(field="body.link", start=0, end=len(body.link)))
