"""Cloud Storage on one machine: Google's JSON API over files and SQLite."""

from infra.local.storage.service import StorageService

__all__ = ["StorageService"]
