"""`ai_recalibrations/{tenant_id}`: the tenants of whom something new is known since their last recalibration."""

from __future__ import annotations

from typing import Final

COLLECTION: Final = "ai_recalibrations"
