import datetime

import pytest
from google.api_core import exceptions

from tests.infra.local.pubsub.cloud import PROJECT, bodies

SNAPSHOT = f"{PROJECT}/snapshots/before"


def moment(cloud):
    return datetime.datetime.fromtimestamp(cloud.clock.now(), datetime.UTC)


async def seek(cloud, subscription, **to):
    await cloud.call(cloud.subscriber.seek, request={"subscription": subscription, **to})


async def drain(cloud, subscription):
    received = await cloud.pull(subscription)
    await cloud.acknowledge(subscription, *received)
    return bodies(received)


async def snapshot(cloud, subscription):
    return await cloud.call(cloud.subscriber.create_snapshot, request={"name": SNAPSHOT, "subscription": subscription})


@pytest.mark.parametrize("keeper", ["subscription", "topic"])
async def test_seeking_back_delivers_what_was_acknowledged_since(clocked, keeper):
    day = {"message_retention_duration": {"seconds": 86400}} if keeper == "topic" else {}
    topic = await clocked.topic(**day)
    subscription = await clocked.subscription(
        topic, retain_acked_messages=keeper == "subscription", filter="NOT attributes:noise"
    )
    await clocked.publish(topic, b"1")
    await clocked.clock.advance(60)
    since = moment(clocked)
    await clocked.publish(topic, b"2", b"3")
    await clocked.publish(topic, b"4", noise="yes")
    assert await drain(clocked, subscription) == [b"1", b"2", b"3"]
    await seek(clocked, subscription, time=since)
    assert await drain(clocked, subscription) == [b"2", b"3"]


async def test_seeking_to_now_acknowledges_everything(clocked):
    topic = await clocked.topic()
    subscription = await clocked.subscription(topic)
    await clocked.publish(topic, b"1")
    await clocked.clock.advance(1)
    await seek(clocked, subscription, time=moment(clocked))
    assert clocked.service.backlog() == {subscription: 0}
    assert clocked.service._store._db.execute("SELECT count(*) FROM messages").fetchone() == (0,)


async def test_seeking_to_a_snapshot_brings_back_its_backlog_and_what_came_after(clocked):
    topic = await clocked.topic()
    subscription = await clocked.subscription(topic)
    await clocked.publish(topic, b"before")
    assert await drain(clocked, subscription) == [b"before"]
    await clocked.publish(topic, b"open")
    made = await snapshot(clocked, subscription)
    assert (made.expire_time - moment(clocked)).days == 7
    await clocked.publish(topic, b"after")
    assert await drain(clocked, subscription) == [b"open", b"after"]
    await clocked.restart()
    await seek(clocked, subscription, snapshot=SNAPSHOT)
    assert await drain(clocked, subscription) == [b"open", b"after"]


async def test_a_snapshot_is_listed_deleted_and_expires(clocked):
    topic = await clocked.topic()
    subscription = await clocked.subscription(topic)
    await snapshot(clocked, subscription)
    with pytest.raises(exceptions.AlreadyExists):
        await snapshot(clocked, subscription)
    assert [s.name for s in await clocked.call(clocked.subscriber.list_snapshots, project=PROJECT)] == [SNAPSHOT]
    assert list(await clocked.call(clocked.publisher.list_topic_snapshots, topic=topic)) == [SNAPSHOT]
    await clocked.call(clocked.subscriber.delete_snapshot, snapshot=SNAPSHOT)
    await clocked.publish(topic, b"held")
    await snapshot(clocked, subscription)
    await drain(clocked, subscription)
    await clocked.clock.advance(7 * 24 * 3600 + 3600)
    with pytest.raises(exceptions.NotFound):
        await seek(clocked, subscription, snapshot=SNAPSHOT)
    assert clocked.service._store._db.execute("SELECT count(*) FROM messages").fetchone() == (0,)
