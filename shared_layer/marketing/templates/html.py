"""HTML as mail readers take it: MJML compiled, styles on the elements themselves, nothing active left in it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from shared_layer.core.errors import ValidationFailed

if TYPE_CHECKING:
    from nh3 import Cleaner

_MJML: Final = re.compile(r"\s*<mjml\b", re.IGNORECASE)
_STYLE: Final = re.compile(r"<style\b[^>]*>(.*?)</style\s*>", re.IGNORECASE | re.DOTALL)
_MEDIA: Final = re.compile(r"@media[^{]+\{(?:[^{}]*\{[^{}]*\})*\s*\}", re.IGNORECASE)
_ACTIVE_CSS: Final = re.compile(r"expression\s*\(|javascript:|@import|behavior\s*:|url\s*\(|[<>\\]", re.IGNORECASE)
_LAYOUT: Final = frozenset(
    {"align", "bgcolor", "border", "cellpadding", "cellspacing", "class", "dir", "height", "lang", "role", "style",
     "title", "valign", "width", "background", "color", "face", "size"}
)  # fmt: skip
_TAGS: Final = frozenset(
    {"a", "abbr", "b", "big", "blockquote", "br", "center", "code", "div", "em", "font", "h1", "h2", "h3", "h4", "h5",
     "h6", "hr", "i", "img", "li", "ol", "p", "pre", "s", "small", "span", "strike", "strong", "sub", "sup", "table",
     "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul"}
)  # fmt: skip
_SCHEMES: Final = frozenset({"http", "https", "mailto", "tel"})


def is_mjml(source: str) -> bool:
    """Whether a body is MJML."""
    return _MJML.match(source) is not None


@lru_cache(16)
def compiled(source: str) -> str:
    """MJML as HTML; Liquid in it stays. Raises ValidationFailed where it is not MJML."""
    import mrml

    try:
        options = mrml.ParserOptions(include_loader=mrml.noop_loader())
        return str(mrml.to_html(source, options, None).content)
    except OSError as error:
        words = str(error)[:200]
        raise ValidationFailed(
            f"The MJML cannot be read: {words}",
            errors=[{"pointer": "/body", "in": "body", "detail": words}],
        ) from None


def finished(html: str, subject: str, preheader: str = "") -> str:
    """The mail's document: styles inlined, scripts, forms, frames, handlers and unknown addresses gone."""
    import nh3

    styles = "\n".join(rule for block in _STYLE.findall(html) for rule in _MEDIA.findall(block))
    body = _cleaner().clean(_inlined(html))
    media = f"<style>{styles}</style>" if styles and not _ACTIVE_CSS.search(styles.replace(">", "")) else ""
    hidden = f'<div style="display:none">{nh3.clean_text(preheader)}</div>' if preheader else ""
    return (
        '<!doctype html><html><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{nh3.clean_text(subject)}</title>{media}</head><body>{hidden}{body}</body></html>"
    )


def _inlined(html: str) -> str:
    """Without fetching anything: a style sheet elsewhere is dropped."""
    import css_inline

    inliner = css_inline.CSSInliner(load_remote_stylesheets=False)
    try:
        return str(inliner.inline(html))
    except css_inline.InlineError as error:
        raise ValidationFailed(f"The styles cannot be read: {str(error)[:200]}") from None


@lru_cache(1)
def _cleaner() -> Cleaner:
    import nh3

    attributes = {tag: set(_LAYOUT) for tag in _TAGS}
    attributes["a"] |= {"href", "name", "target"}
    attributes["img"] |= {"src", "alt"}
    attributes["td"] |= {"colspan", "rowspan"}
    attributes["th"] |= {"colspan", "rowspan", "scope"}
    attributes["ol"] |= {"start", "type"}

    def kept(tag: str, attribute: str, value: str) -> str | None:  # noqa: ARG001 (nh3 calls it so)
        return (
            None
            if attribute == "style" and re.search(r"expression\s*\(|javascript:|behavior\s*:", value, re.I)
            else value
        )

    return nh3.Cleaner(
        tags=set(_TAGS),
        clean_content_tags={"script", "style", "title", "head"},
        attributes=attributes,
        attribute_filter=kept,
        url_schemes=set(_SCHEMES),
        link_rel=None,
    )
