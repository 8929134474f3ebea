"""The read side of Cloud Functions on one machine, so that Google's client lists what runs here."""

from infra.local.functions.service import Catalogue, FunctionsService

__all__ = ["Catalogue", "FunctionsService"]
