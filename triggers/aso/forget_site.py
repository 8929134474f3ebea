"""Forget a removed site: its tables, and all that was derived from them."""

from shared_layer.aso import sites
from shared_layer.messaging.events.aso import AsoSiteChanged
from shared_layer.triggers import Unit, on_event


@on_event(("aso-engine-events",), event_types=("aso_site_changed",), deadline=300)
async def forget_site(changed: AsoSiteChanged, unit: Unit) -> None:
    if changed.change == "removed":
        await sites.forget_site(changed.site_id, unit.tenant_id)
