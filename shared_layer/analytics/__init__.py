"""Analytics: events on their way to the warehouse, and named metrics from it."""

from shared_layer.analytics.answering import answer_query
from shared_layer.analytics.glossary import Glossary, glossary
from shared_layer.analytics.query import AnalyticsAnswer, AnalyticsQuery
from shared_layer.analytics.synchronisation import sync_event

__all__ = ["AnalyticsAnswer", "AnalyticsQuery", "Glossary", "answer_query", "glossary", "sync_event"]
