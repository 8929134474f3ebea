from tests.infra.local.delivery.endpoint import HANG, until
from tests.infra.local.pubsub.cloud import PROJECT, bodies


async def test_a_refused_message_rests_for_an_exponential_backoff(clocked):
    topic = await clocked.topic()
    retry = {"minimum_backoff": {"seconds": 10}, "maximum_backoff": {"seconds": 30}}
    subscription = await clocked.subscription(topic, retry_policy=retry)
    await clocked.publish(topic, b"1")
    for rest in (10, 20, 30, 30):
        await clocked.refuse(subscription, *await clocked.pull(subscription))
        await clocked.clock.advance(rest - 0.1)
        assert await clocked.pull(subscription) == []
        await clocked.clock.advance(0.2)
    assert bodies(await clocked.pull(subscription)) == [b"1"]


async def test_without_a_retry_policy_a_refused_message_comes_back_at_once(clocked):
    topic = await clocked.topic()
    subscription = await clocked.subscription(topic)
    await clocked.publish(topic, b"1")
    await clocked.refuse(subscription, *await clocked.pull(subscription))
    assert bodies(await clocked.pull(subscription)) == [b"1"]


async def test_a_message_that_failed_too_often_moves_to_the_dead_letter_topic_and_says_where_from(clocked):
    topic, graveyard = await clocked.topic(), await clocked.topic("dead")
    dead = await clocked.subscription(graveyard, "dead")
    policy = {"dead_letter_topic": graveyard, "max_delivery_attempts": 5}
    subscription = await clocked.subscription(topic, dead_letter_policy=policy)
    await clocked.publish(topic, b"poison", kind="paid", ordering_key="k")
    for attempt in range(1, 6):
        (received,) = await clocked.pull(subscription)
        assert received.delivery_attempt == attempt
        if attempt % 2:
            await clocked.refuse(subscription, received)
        else:
            await clocked.clock.advance(10.1)
    assert clocked.service.backlog() == {subscription: 0, dead: 1}
    (moved,) = await clocked.pull(dead)
    published = moved.message.attributes.pop("CloudPubSubDeadLetterSourceTopicPublishTime")
    assert published.endswith("+00:00")
    assert (moved.message.data, moved.message.ordering_key) == (b"poison", "k")
    assert dict(moved.message.attributes) == {
        "kind": "paid",
        "CloudPubSubDeadLetterSourceDeliveryCount": "5",
        "CloudPubSubDeadLetterSourceSubscription": "worker",
        "CloudPubSubDeadLetterSourceSubscriptionProject": "p",
    }


async def test_attempts_are_still_counted_after_a_restart(clocked):
    topic, graveyard = await clocked.topic(), await clocked.topic("dead")
    policy = {"dead_letter_topic": graveyard, "max_delivery_attempts": 5}
    subscription = await clocked.subscription(topic, dead_letter_policy=policy)
    await clocked.publish(topic, b"1")
    await clocked.refuse(subscription, *await clocked.pull(subscription))
    await clocked.restart()
    (received,) = await clocked.pull(subscription)
    assert received.delivery_attempt == 2


async def test_without_its_dead_letter_topic_a_message_keeps_being_delivered(clocked):
    topic, graveyard = await clocked.topic(), await clocked.topic("dead")
    policy = {"dead_letter_topic": graveyard}
    subscription = await clocked.subscription(topic, dead_letter_policy=policy)
    await clocked.call(clocked.publisher.delete_topic, topic=graveyard)
    await clocked.publish(topic, b"1")
    for _ in range(7):
        await clocked.refuse(subscription, *await clocked.pull(subscription))
    assert clocked.service.backlog() == {subscription: 1}


async def test_a_push_that_hangs_fails_at_the_ack_deadline_and_is_tried_again(clocked, endpoint):
    endpoint.answer = lambda _request: HANG if len(endpoint.requests) == 1 else 204
    topic = await clocked.topic()
    await clocked.subscription(topic, ack_deadline_seconds=20, push_config={"push_endpoint": endpoint.url()})
    await clocked.publish(topic, b"1")
    await until(lambda: endpoint.requests)
    await clocked.clock.advance(19.9)
    assert len(endpoint.requests) == 1
    await clocked.clock.advance(0.2)
    await until(lambda: not endpoint._writers)
    await clocked.clock.advance(0.2)
    await until(lambda: sum(clocked.service.backlog().values()) == 0)
    assert len(endpoint.requests) == 2


async def test_what_is_older_than_the_retention_is_let_go(clocked):
    topic = await clocked.topic()
    subscription = await clocked.subscription(topic)
    await clocked.publish(topic, b"old")
    await clocked.clock.advance(7 * 24 * 3600 - 3600)
    await clocked.publish(topic, b"new")
    await clocked.clock.advance(2 * 3600)
    assert bodies(await clocked.pull(subscription)) == [b"new"]
    assert clocked.service._store._db.execute("SELECT count(*) FROM messages").fetchone() == (1,)


async def test_a_topic_may_be_its_own_subscriptions_dead_letter_topic(clocked):
    topic = await clocked.topic()
    subscription = await clocked.subscription(
        topic, dead_letter_policy={"dead_letter_topic": f"{PROJECT}/topics/orders"}
    )
    await clocked.publish(topic, b"1")
    for _ in range(5):
        await clocked.refuse(subscription, *await clocked.pull(subscription))
    (again,) = await clocked.pull(subscription)
    assert again.delivery_attempt == 1
