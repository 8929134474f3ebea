"""The agency's desk: its key, its addresses for webhooks, its Slack workspace, its mailbox, and what it did so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from infra.demo.api import Api, told
from infra.demo.stage import Stage, new_key
from infra.demo.story import Story
from infra.demo.week import Week

STRIPE_SECRET: Final = "whsec_of_the_demo_s_own_stripe"  # noqa: S105  # pragma: allowlist secret
CRM: Final = "/api/xynergyos/v2/crm"
SLACK: Final = "/api/xynergyos/v2/slack"
GMAIL: Final = "/api/xynergyos/v2/gmail"


@dataclass(slots=True)
class Desk:
    """`urls` and `secrets` by provider; `slack_secret` is what Slack signs with, empty where it is not known.

    `said` maps what was said in Slack to its ts; `deal` is the deal as last answered.
    """

    api: Api
    week: Week
    story: Story
    urls: dict[str, str]
    secrets: dict[str, str]
    slack_secret: str
    team_id: str = ""
    channel_id: str = ""
    user_id: str = ""
    said: dict[str, str] = field(default_factory=dict)
    deal: dict[str, Any] = field(default_factory=dict)
    has_mail: bool = True
    made_up_mailbox: str = ""

    def contact(self) -> dict[str, Any] | None:
        """The person's contact, where there is one; None also where there are two."""
        found = self.api.items(f"{CRM}/contacts", email=self.week.person.email)
        return found[0] if len(found) == 1 else None


def opened(stage: Stage, week: Week) -> Desk | None:
    """The desk, once the agency is taken in and can be reached; None where that cannot be played."""
    story = stage.story
    if stage.operator is None:
        story.skipped(f"Take in “{week.agency['name']}”", "needs the operator's key (--operator-key)")
        return None
    made = stage.operator.call("POST", "/api/v1/tenants", {**week.agency, "plan": "scale"}, idempotency_key=new_key())
    story.step(f"The operator takes in “{week.agency['name']}”", told(made), made.status_code == 201)
    api = Api(stage.place.gateway, made.json()["api_key"]["key"])
    domain = week.agency["owner_email"].partition("@")[2]
    settings = api.call(
        "PUT", f"{CRM}/settings", {"mail": "both", "internal_domains": [domain], "mail_visibility": "everything"}
    )
    story.step("It says who may become a contact by himself", told(settings), settings.is_success)
    desk = Desk(api, week, story, {}, {}, stage.place.slack_secret)
    for provider, wanted in (("form", {}), ("stripe", {"secret": STRIPE_SECRET})):
        _source(desk, stage, provider, wanted)
    _workspace(desk)
    _mailbox(desk)
    return desk


def _source(desk: Desk, stage: Stage, provider: str, wanted: dict[str, str]) -> None:
    body = {"provider": provider, "name": f"{provider.capitalize()} of {desk.week.agency['name']}", **wanted}
    made = desk.api.call("POST", "/api/v1/webhook-sources", body, idempotency_key=new_key())
    desk.story.step(f"It opens an address for {provider} webhooks", told(made), made.status_code == 201)
    source = made.json()
    url: str = source["url"]
    desk.urls[provider] = url if url.startswith("http") else stage.place.gateway + url
    desk.secrets[provider] = source["secret"] or wanted["secret"]


def _workspace(desk: Desk) -> None:
    """Who and where Slack's events come from: the platform's own answers tell."""
    status = desk.api.call("GET", f"{SLACK}/status")
    if status.status_code == 404:
        desk.story.skipped("Look at the Slack workspace", "this platform has no Slack")
        desk.slack_secret = ""
        return
    found, person = status.json(), desk.week.person
    desk.team_id = found["team_id"]
    channels = {each["name"]: each["id"] for each in desk.api.items(f"{SLACK}/channels")}
    people = {each["email"]: each["id"] for each in desk.api.items(f"{SLACK}/users") if each.get("email")}
    desk.channel_id, desk.user_id = channels.get(person.channel, ""), people.get(person.email, "")
    words = f"{found['status']}: {found['team_name']}, {len(channels)} channels, {len(people)} people"
    desk.story.step("Look at the Slack workspace", words, bool(desk.channel_id and desk.user_id))


def _mailbox(desk: Desk) -> None:
    """Whose answer is awaited, as the mailbox tells."""
    status = desk.api.call("GET", f"{GMAIL}/status")
    desk.has_mail = status.status_code != 404
    if not desk.has_mail:
        desk.story.skipped("Look at the mailbox", "this platform has no Gmail")
        return
    made_up = [one["id"] for one in status.json()["mailboxes"] if one["status"] == "mock"]
    desk.made_up_mailbox = made_up[0] if made_up else ""
    threads = desk.api.items(f"{GMAIL}/threads")
    waiting = [thread for thread in threads if thread["owes"] == "us"]
    words = f"{len(threads)} threads, {len(waiting)} wait for an answer of ours"
    desk.story.step("Look at the mailbox", words, bool(threads))
