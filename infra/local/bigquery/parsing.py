"""From SQL text to one statement's syntax tree, or to Google's words for why there is none."""

from __future__ import annotations

import logging
import re
from typing import Any

from sqlglot import exp
from sqlglot.dialects.bigquery import BigQuery
from sqlglot.errors import SqlglotError
from sqlglot.tokenizer_core import TokenType

from infra.local.bigquery.errors import InvalidQuery
from infra.local.bigquery.parameters import POSITIONAL

_DIALECT = BigQuery()
# sqlglot logs what it cannot translate; here that is an error of the query and told to its sender.
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


def parse(sql: str) -> exp.Expr:
    """The one statement in `sql`; positional parameters come as @_positional_0, @_positional_1, …"""
    try:
        found = [one for one in _DIALECT.parse(_numbered(sql)) if one is not None]
    except SqlglotError as error:
        raise InvalidQuery(_syntax_message(error)) from None
    except RecursionError:
        raise InvalidQuery("Query is too deeply nested") from None
    if not found:
        raise InvalidQuery("Syntax error: Unexpected end of statement at [1:1]")
    if len(found) > 1 or isinstance(found[0], exp.Command):
        raise InvalidQuery(f"Only single statements are supported here, not scripts or {found[0].key.upper()}")
    return found[0]


def position(sql: str, word: str) -> str:
    """Where `word` first stands in `sql`, as BigQuery says it: [line:column]."""
    found = re.search(rf"(?<![\w.]){re.escape(word)}\b", sql, re.IGNORECASE) or re.search(re.escape(word), sql, re.I)
    before = sql[: found.start()] if found else ""
    return f"[{before.count(chr(10)) + 1}:{len(before) - (before.rfind(chr(10)) + 1) + 1}]"


def _numbered(sql: str) -> str:
    """`sql` with each ? replaced: the order in the text is not the order in the tree."""
    if "?" not in sql:
        return sql
    parts, end, count = [], 0, 0
    for token in _DIALECT.tokenize(sql):
        if token.token_type == TokenType.PLACEHOLDER:
            parts += [sql[end : token.start], f"@{POSITIONAL}{count}"]
            end, count = token.end + 1, count + 1
    return "".join(parts) + sql[end:]


def _syntax_message(error: Any) -> str:
    details = getattr(error, "errors", None)
    if not details or details[0].get("line") is None:
        return f"Syntax error: {str(error).splitlines()[0]}"
    first = details[0]
    column = max(1, int(first["col"]) - len(first.get("highlight") or "") + 1)
    word, said = first.get("highlight") or "", str(first["description"]).split(" but got <Token")[0]
    what = f'Unexpected "{word}"' if word else "Unexpected end of statement"
    return f"Syntax error: {what} at [{first['line']}:{column}]: {said}"
