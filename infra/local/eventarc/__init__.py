"""Eventarc on one machine: triggers that turn the changes of other local services into CloudEvents over HTTP."""

from infra.local.eventarc.service import EventarcService

__all__ = ["EventarcService"]
