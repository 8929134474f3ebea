"""Whether a search names the tenant's brand. Branded searches are clicked far more often, so they are always apart."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shared_layer.aso.phrase import normal


def brand_pattern(terms: Iterable[str]) -> str:
    """An expression (RE2) that finds one of the terms in a search in its one spelling; empty without terms.

    A term is found as whole words, and written together: `acme tools` finds `acmetools login` too.
    """
    spelled = {normal(term) for term in terms}
    forms = sorted({form for term in spelled if term for form in (term, term.replace(" ", ""))})
    return rf"(?:^|[^\pL\pN])(?:{'|'.join(map(re.escape, forms))})(?:$|[^\pL\pN])" if forms else ""


def is_branded(text: str, terms: Iterable[str]) -> bool:
    """Whether the search names one of the brand's terms."""
    pattern = brand_pattern(terms)
    return bool(pattern) and re.search(pattern.replace(r"[^\pL\pN]", r"[\W_]"), normal(text)) is not None
