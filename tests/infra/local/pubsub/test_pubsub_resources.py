import pytest
from google.api_core import exceptions
from google.protobuf import field_mask_pb2

from tests.infra.local.pubsub.cloud import PROJECT

MISSING_TOPIC, MISSING = f"{PROJECT}/topics/missing", f"{PROJECT}/subscriptions/missing"


async def test_a_topic_is_created_read_changed_listed_and_deleted(cloud):
    topic = await cloud.topic(labels={"team": "a"})
    read = await cloud.call(cloud.publisher.get_topic, topic=topic)
    assert dict(read.labels) == {"team": "a"}
    mask = field_mask_pb2.FieldMask(paths=["labels"])
    changed = await cloud.call(
        cloud.publisher.update_topic, request={"topic": {"name": topic, "labels": {"team": "b"}}, "update_mask": mask}
    )
    assert dict(changed.labels) == {"team": "b"}
    assert [found.name for found in await cloud.call(cloud.publisher.list_topics, project=PROJECT)] == [topic]
    await cloud.call(cloud.publisher.delete_topic, topic=topic)
    with pytest.raises(exceptions.NotFound):
        await cloud.call(cloud.publisher.get_topic, topic=topic)


async def test_lists_come_in_pages(cloud):
    names = [await cloud.topic(f"topic-{number}") for number in range(5)]
    pages = await cloud.call(cloud.publisher.list_topics, request={"project": PROJECT, "page_size": 2})
    found = await cloud.call(lambda: [[topic.name for topic in page.topics] for page in pages.pages])
    assert found == [names[:2], names[2:4], names[4:]]


async def test_a_subscription_is_completed_with_googles_defaults(cloud):
    topic = await cloud.topic()
    subscription = await cloud.subscription(topic)
    read = await cloud.call(cloud.subscriber.get_subscription, subscription=subscription)
    assert (read.ack_deadline_seconds, read.message_retention_duration.days, read.state.name) == (10, 7, "ACTIVE")
    assert list(await cloud.call(cloud.publisher.list_topic_subscriptions, topic=topic)) == [subscription]
    assert [s.name for s in await cloud.call(cloud.subscriber.list_subscriptions, project=PROJECT)] == [subscription]


async def test_a_subscription_outlives_its_topic(cloud):
    topic = await cloud.topic()
    subscription = await cloud.subscription(topic)
    await cloud.publish(topic, b"kept")
    await cloud.call(cloud.publisher.delete_topic, topic=topic)
    read = await cloud.call(cloud.subscriber.get_subscription, subscription=subscription)
    assert read.topic == "_deleted-topic_"
    assert len(await cloud.pull(subscription)) == 1


async def test_settings_change_by_their_mask_and_only_where_they_may(cloud):
    subscription = await cloud.subscription(await cloud.topic(), filter="attributes:a")

    async def update(paths, **settings):
        request = {"subscription": {"name": subscription, **settings}, "update_mask": {"paths": paths}}
        return await cloud.call(cloud.subscriber.update_subscription, request=request)

    changed = await update(["ack_deadline_seconds"], ack_deadline_seconds=60, labels={"not": "this"})
    assert (changed.ack_deadline_seconds, dict(changed.labels), changed.filter) == (60, {}, "attributes:a")
    for paths in (["filter"], ["topic"], ["no_such_field"], []):
        with pytest.raises(exceptions.InvalidArgument):
            await update(paths, filter="attributes:b")


async def test_a_taken_name_already_exists(cloud):
    topic = await cloud.topic()
    await cloud.subscription(topic)
    with pytest.raises(exceptions.AlreadyExists):
        await cloud.topic()
    with pytest.raises(exceptions.AlreadyExists):
        await cloud.subscription(topic)


async def test_what_does_not_exist_is_not_found(cloud):
    topic = await cloud.topic()
    policy = {"dead_letter_topic": MISSING_TOPIC}
    for call in (
        cloud.publish(MISSING_TOPIC, b"x"),
        cloud.subscription(MISSING_TOPIC),
        cloud.subscription(topic, dead_letter_policy=policy),
        cloud.pull(MISSING),
        cloud.call(cloud.subscriber.delete_subscription, subscription=MISSING),
        cloud.call(cloud.subscriber.acknowledge, subscription=MISSING, ack_ids=["1-1-1"]),
        cloud.call(cloud.publisher.delete_topic, topic=MISSING_TOPIC),
    ):
        with pytest.raises(exceptions.NotFound):
            await call


@pytest.mark.parametrize(
    "settings",
    [
        {"ack_deadline_seconds": 9},
        {"ack_deadline_seconds": 601},
        {"filter": "attributes"},
        {"message_retention_duration": {"seconds": 60}},
        {"dead_letter_policy": {"dead_letter_topic": f"{PROJECT}/topics/orders", "max_delivery_attempts": 4}},
        {"dead_letter_policy": {"dead_letter_topic": f"{PROJECT}/topics/orders", "max_delivery_attempts": 101}},
        {"retry_policy": {"minimum_backoff": {"seconds": 20}, "maximum_backoff": {"seconds": 10}}},
        {"push_config": {"push_endpoint": "gopher://x"}},
    ],
)
async def test_settings_beyond_googles_limits_are_invalid(cloud, settings):
    topic = await cloud.topic()
    with pytest.raises(exceptions.InvalidArgument):
        await cloud.subscription(topic, **settings)


async def test_names_and_messages_that_break_the_rules_are_invalid(cloud):
    topic = await cloud.topic()
    for call in (
        cloud.topic("ab"),
        cloud.topic("goog-topic"),
        cloud.topic("1digit"),
        cloud.publish(topic, b""),
        cloud.publish(topic),
        cloud.publish(topic, b"x", googkey="reserved"),
        cloud.publish(topic, b"x", key="v" * 1025),
    ):
        with pytest.raises(exceptions.InvalidArgument):
            await call


async def test_what_is_not_offered_says_so(cloud):
    topic = await cloud.topic()
    with pytest.raises(exceptions.MethodNotImplemented):
        await cloud.subscription(topic, enable_exactly_once_delivery=True)
