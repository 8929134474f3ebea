import asyncio
import threading

import pytest
from google.api_core import exceptions
from google.cloud import pubsub_v1

from tests.infra.local.delivery.endpoint import until
from tests.infra.local.pubsub.cloud import bodies


async def test_a_pulled_message_is_as_it_was_published(cloud):
    topic = await cloud.topic()
    subscription = await cloud.subscription(topic)
    (message_id,) = await cloud.publish(topic, b"\x00body", kind="paid", ordering_key="k")
    (received,) = await cloud.pull(subscription)
    assert received.message.data == b"\x00body"
    assert (dict(received.message.attributes), received.message.ordering_key) == ({"kind": "paid"}, "k")
    assert received.message.message_id == message_id
    assert abs(received.message.publish_time.timestamp() - cloud.clock.now()) < 5
    assert received.delivery_attempt == 0


async def test_each_subscription_gets_its_own_copy_and_only_what_its_filter_passes(cloud):
    topic = await cloud.topic()
    every = await cloud.subscription(topic, "every")
    paid = await cloud.subscription(topic, "paid", filter='attributes.kind = "paid"')
    await cloud.publish(topic, b"1", kind="paid")
    await cloud.publish(topic, b"2", kind="open")
    assert bodies(await cloud.pull(every)) == [b"1", b"2"]
    assert bodies(await cloud.pull(paid)) == [b"1"]


async def test_an_acknowledged_message_is_gone_from_the_disk_too(cloud):
    topic = await cloud.topic()
    subscription = await cloud.subscription(topic)
    await cloud.publish(topic, b"1", b"2")
    first, second = await cloud.pull(subscription)
    await cloud.acknowledge(subscription, first)
    assert cloud.service.backlog() == {subscription: 1}
    await cloud.acknowledge(subscription, second)
    assert cloud.service._store._db.execute("SELECT count(*) FROM messages").fetchone() == (0,)


async def test_a_pull_waits_for_the_first_message(cloud):
    topic = await cloud.topic()
    subscription = await cloud.subscription(topic)
    waiting = cloud.pull(subscription, wait=5)
    pull = asyncio.create_task(waiting)
    await until(lambda: cloud.service._broker.subscriptions[subscription].backlog._listeners)
    await cloud.publish(topic, b"late")
    assert bodies(await pull) == [b"late"]


async def test_an_unacknowledged_message_comes_back_after_its_deadline_and_an_extended_one_later(clocked):
    topic = await clocked.topic()
    subscription = await clocked.subscription(topic, ack_deadline_seconds=10)
    await clocked.publish(topic, b"1", b"2")
    first, _ = await clocked.pull(subscription)
    await clocked.call(
        clocked.subscriber.modify_ack_deadline,
        subscription=subscription,
        ack_ids=[first.ack_id],
        ack_deadline_seconds=60,
    )
    await clocked.clock.advance(9.9)
    assert await clocked.pull(subscription) == []
    await clocked.clock.advance(0.2)
    assert bodies(await clocked.pull(subscription)) == [b"2"]
    await clocked.clock.advance(55)
    assert bodies(await clocked.pull(subscription)) == [b"1", b"2"]


async def test_a_late_acknowledgement_still_counts(clocked):
    topic = await clocked.topic()
    subscription = await clocked.subscription(topic)
    await clocked.publish(topic, b"1")
    received = await clocked.pull(subscription)
    await clocked.clock.advance(11)
    await clocked.acknowledge(subscription, *received)
    assert clocked.service.backlog() == {subscription: 0}


async def test_an_ack_id_that_is_none_is_invalid(cloud):
    subscription = await cloud.subscription(await cloud.topic())
    with pytest.raises(exceptions.InvalidArgument):
        await cloud.call(cloud.subscriber.acknowledge, subscription=subscription, ack_ids=["nonsense"])


async def test_a_push_subscription_cannot_be_pulled(cloud):
    topic = await cloud.topic()
    subscription = await cloud.subscription(topic, push_config={"push_endpoint": "http://127.0.0.1:9/"})
    with pytest.raises(exceptions.FailedPrecondition):
        await cloud.pull(subscription)


async def test_googles_streaming_subscriber_gets_and_acknowledges_everything(cloud):
    topic = await cloud.topic()
    subscription = await cloud.subscription(topic)
    seen, refused = set(), threading.Event()

    def handle(message):
        if message.data == b"7" and not refused.is_set():
            refused.set()
            message.nack()
            return
        seen.add(message.data)
        message.ack()

    flow = pubsub_v1.types.FlowControl(max_messages=10)
    future = cloud.subscriber.subscribe(subscription, handle, flow_control=flow)
    await cloud.publish(topic, *[str(number).encode() for number in range(250)])
    await until(lambda: len(seen) == 250 and cloud.service.backlog()[subscription] == 0)
    assert refused.is_set()
    future.cancel()
    await cloud.call(future.result)


async def test_a_stream_survives_a_change_of_its_subscriptions_settings(cloud):
    topic = await cloud.topic()
    subscription = await cloud.subscription(topic)
    seen = []

    def handle(message):
        seen.append(message.data)
        message.ack()

    future = cloud.subscriber.subscribe(subscription, handle)
    await cloud.publish(topic, b"before")
    await until(lambda: seen)
    request = {
        "subscription": {"name": subscription, "ack_deadline_seconds": 20},
        "update_mask": {"paths": ["ack_deadline_seconds"]},
    }
    await cloud.call(cloud.subscriber.update_subscription, request=request)
    await cloud.publish(topic, b"after")
    await until(lambda: b"after" in seen)
    future.cancel()
    await cloud.call(future.result)


async def test_a_stream_of_a_deleted_subscription_ends_with_not_found(cloud):
    subscription = await cloud.subscription(await cloud.topic())
    future = cloud.subscriber.subscribe(subscription, lambda message: message.ack())
    await until(lambda: cloud.service._broker.subscriptions[subscription].backlog._listeners)
    await cloud.call(cloud.subscriber.delete_subscription, subscription=subscription)
    with pytest.raises(exceptions.NotFound):
        await cloud.call(future.result, timeout=10)


async def test_a_detached_subscription_keeps_and_gets_nothing(cloud):
    topic = await cloud.topic()
    subscription = await cloud.subscription(topic)
    await cloud.publish(topic, b"1")
    await cloud.call(cloud.publisher.detach_subscription, request={"subscription": subscription})
    assert cloud.service.backlog() == {subscription: 0}
    with pytest.raises(exceptions.FailedPrecondition):
        await cloud.pull(subscription)
