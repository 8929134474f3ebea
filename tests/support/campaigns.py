"""Campaigns through the gateway: people, a segment of them, a campaign mailed to it, and what became of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import httpx

from shared_layer.core import clock
from shared_layer.crm.contact import StoredContact, contact_document
from shared_layer.crm.normalising import reindex
from shared_layer.storage.gcp_clients import firestore
from tests.support.eventually import eventually
from tests.support.platform import LocalPlatform

BRIEF = {"business_type": "Bakery", "target_audience": "Families nearby", "budget_range": "$5,000-$10,000"}
BODY = (
    "<p>Hello {{ contact.given_name | default: 'there' }}</p>"
    '<p><a href="https://bakery.example/bread?from=mail">Fresh bread</a></p>'
    '<p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>'
)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"


@dataclass(frozen=True, slots=True)
class Marketing:
    """One tenant's marketing."""

    platform: LocalPlatform
    tenant_id: str
    key: str

    async def ask(self, method: str, path: str, version: int | None = None, **options: Any) -> httpx.Response:
        """Any call of the API; `version` is sent as If-Match."""
        headers = {"X-API-Key": self.key} | ({"If-Match": f'"{version}"'} if version is not None else {})
        return await self.platform.gateway.request(method, f"/api/v1{path}", headers=headers, **options)

    async def done(self, method: str, path: str, version: int | None = None, **options: Any) -> dict[str, Any]:
        """What a call that must succeed answers."""
        answer = await self.ask(method, path, version, **options)
        assert answer.is_success, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def people(self, number: int, tag: str = "readers", **fields: Any) -> list[str]:
        """So many contacts with addresses, written at once; their ids."""
        batch, ids = firestore().batch(), []
        for index in range(number):
            moment, contact_id = clock.utcnow(), f"con_{uuid.uuid4().hex[:20]}"
            contact = StoredContact(
                id=contact_id,
                given_name=f"Reader{index}",
                name=f"Reader{index} Smith",
                emails=[f"reader{index}.{contact_id[-6:]}@people.example"],
                tags=[tag],
                stage="customer",
                source="api",
                created_by="test",
                created_at=moment,
                updated_at=moment,
            ).model_copy(update=fields)
            reindex(contact)
            batch.set(contact_document(self.tenant_id, contact_id), contact.model_dump())
            ids.append(contact_id)
        await batch.commit()
        return ids

    async def segment(self, rule: dict[str, Any] | None = None) -> str:
        """A segment; without a rule of all readers."""
        given = rule or {"field": "tags", "op": "is", "value": "readers"}
        made = await self.done("POST", "/segments", json={"name": "Readers", "rule": given})
        return str(made["id"])

    async def campaign(self, rule: dict[str, Any] | None = None, **mail: Any) -> str:
        """A draft campaign with mail to a segment; its id."""
        made = await self.done("POST", "/campaigns", json=BRIEF)
        setup = {
            "segment_id": await self.segment(rule),
            "sender": {"email": "news@bakery.example", "name": "Bakery"},
            "variants": [{"label": "a", "subject": "Bread, {{ contact.given_name }}", "body": BODY}],
            **mail,
        }
        await self.done("PATCH", f"/campaigns/{made['id']}", made["version"], json={"mail": setup})
        return str(made["id"])

    async def launched(self, rule: dict[str, Any] | None = None, **mail: Any) -> str:
        """A campaign on its way; its id."""
        campaign_id = await self.campaign(rule, **mail)
        await self.done("POST", f"/campaigns/{campaign_id}:launch")
        return campaign_id

    async def results(self, campaign_id: str) -> dict[str, Any]:
        """The campaign's results."""
        return await self.done("GET", f"/campaigns/{campaign_id}/results")

    async def settled(self, campaign_id: str, within: float = 60.0) -> dict[str, Any]:
        """The results, once no mail is left to send."""

        async def over() -> bool:
            return bool((await self.results(campaign_id))["mailing"] in ("resting", "finished"))

        await eventually(over, within)
        return await self.results(campaign_id)

    async def outbox(self, **query: Any) -> list[dict[str, Any]]:
        """All mails that the mock took."""
        items: list[dict[str, Any]] = []
        cursor: dict[str, Any] = {}
        while True:
            page = await self.done("GET", "/outbox", params=query | cursor | {"limit": 200})
            items += page["items"]
            if page["next_cursor"] is None:
                return items
            cursor = {"cursor": page["next_cursor"]}

    async def visit(self, url: str, method: str = "GET", agent: str = BROWSER, **headers: str) -> httpx.Response:
        """What a reader gets at an address of a mail."""
        sent = {"User-Agent": agent, **{name.replace("_", "-"): value for name, value in headers.items()}}
        path = url.removeprefix(self.platform.url)
        return await self.platform.gateway.request(method, path, headers=sent, follow_redirects=False)


async def new_marketing(platform: LocalPlatform) -> Marketing:
    """The marketing of a new tenant."""
    return Marketing(platform, *await platform.tenant())
