from __future__ import annotations

from infra.local.provision.plan import Job, Plan, Target, Trigger, plan
from infra.manifest.model import Manifest
from shared_layer.core.services import SERVICES
from tests.infra.local.provision.conftest import Declare

URL = "http://127.0.0.1:8081"


def test_every_service_has_its_topic_and_dead_letters_have_one() -> None:
    assert _plan(Manifest(())).topics == {service.topic for service in SERVICES.values()} | {"dead-letters"}


def test_a_handler_of_two_topics_has_a_subscription_on_each(declare: Declare) -> None:
    made = _plan(declare(keep_score="@on_event(('marketing-engine-events', 'trend-identified'))"))
    assert [subscription.name for subscription in made.subscriptions] == [
        "keep-score.marketing-engine-events",
        "keep-score.trend-identified",
    ]
    assert "trend-identified" in made.topics
    assert made.subscriptions[0].target == _target("keep-score")


def test_event_types_become_the_subscriptions_filter(declare: Declare) -> None:
    made = _plan(declare(keep_score="@on_event(('trend-identified',), event_types=('a', 'b'))"))
    assert made.subscriptions[0].filter == 'attributes.event_type = "a" OR attributes.event_type = "b"'


def test_the_ack_deadline_covers_the_handlers_own_within_pubsubs_bounds(declare: Declare) -> None:
    made = _plan(
        declare(
            quick="@on_event(('trends',), deadline=1)",
            usual="@on_event(('trends',), deadline=60)",
            slow="@on_event(('trends',), deadline=900)",
        )
    )
    found = {subscription.target.slug: subscription.ack_seconds for subscription in made.subscriptions}
    assert found == {"quick": 10, "usual": 65, "slow": 600}


def test_the_handler_of_dead_letters_has_no_dead_letters_of_its_own(declare: Declare) -> None:
    made = _plan(declare(keep="@on_event(('dead-letters',))", score="@on_event(('trends',))"))
    assert {subscription.target.slug: subscription.dead_letters for subscription in made.subscriptions} == {
        "keep": None,
        "score": "dead-letters",
    }


def test_document_handlers_become_triggers(declare: Declare) -> None:
    made = _plan(declare(relay="@on_document('tenants/{tenant}/events/{event}', change='created')"))
    document = (
        ("type", "google.cloud.firestore.document.v1.created", False),
        ("database", "(default)", False),
        ("document", "tenants/{tenant}/events/{event}", True),
    )
    assert made.triggers == (Trigger(_target("relay"), document),)


def test_object_handlers_become_triggers(declare: Declare) -> None:
    made = _plan(declare(read="@on_object('xynergy-content')"))
    stored = (("type", "google.cloud.storage.object.v1.finalized", False), ("bucket", "xynergy-content", False))
    assert made.triggers == (Trigger(_target("read"), stored),)


def test_schedule_handlers_become_jobs(declare: Declare) -> None:
    made = _plan(declare(sweep="@on_schedule('*/5 * * * *', time_zone='Europe/Berlin', deadline=30)"))
    assert made.jobs == (Job(_target("sweep"), "*/5 * * * *", "Europe/Berlin", 30),)


def _plan(manifest: Manifest) -> Plan:
    return plan(manifest, URL, "xynergy-local")


def _target(slug: str) -> Target:
    return Target(slug, f"{URL}/{slug}", f"{slug}@xynergy-local.iam.gserviceaccount.com")
