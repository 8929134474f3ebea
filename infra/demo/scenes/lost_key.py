"""A laptop is lost: its key is revoked, and opens nothing from the next request on."""

from __future__ import annotations

from infra.demo.api import Api, told
from infra.demo.stage import Stage, new_key

PATH = "/api/v1/campaigns?limit=1"


def lost_key(stage: Stage) -> None:
    """Issue a key, use it, revoke it, try it again; the owner's own key goes on."""
    story, company = stage.story, stage.company
    story.scene("A laptop is left on the ferry")
    wanted = {"name": "Mara's laptop", "scopes": ["marketing:read"]}
    made = company.call("POST", "/api/v1/api-keys", wanted, idempotency_key=new_key())
    story.step("Issue a key that may read campaigns", f"{told(made)} {made.json().get('prefix', '')}…", made.is_success)
    stage.keys_created += made.is_success
    with Api(stage.place.gateway, made.json()["key"]) as laptop:
        _used_until_revoked(stage, laptop, made.json()["id"])
    owner = company.call("GET", PATH)
    story.step("The owner reads with her own key", told(owner), owner.is_success)


def _used_until_revoked(stage: Stage, laptop: Api, key_id: str) -> None:
    story = stage.story
    read = laptop.call("GET", PATH)
    story.step("The laptop reads with it", told(read), read.is_success)
    write = laptop.call("POST", "/api/v1/campaigns", stage.day.interrupted)
    story.step("The laptop tries to write with it", told(write), write.status_code == 403)
    revoked = stage.company.call("DELETE", f"/api/v1/api-keys/{key_id}")
    story.step("The key is revoked", told(revoked), revoked.status_code == 204)
    refused = laptop.call("GET", PATH)
    story.step("Whoever found the laptop reads", told(refused), refused.status_code == 401)
