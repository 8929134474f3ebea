from hypothesis import given
from hypothesis import strategies as st

from infra.local.pubsub.queue import Entry, Queue
from tests.infra.local.delivery.endpoint import until
from tests.infra.local.pubsub.cloud import bodies


async def test_one_keys_messages_come_in_order_and_a_refused_one_holds_back_those_behind_it(cloud):
    topic = await cloud.topic()
    subscription = await cloud.subscription(topic, enable_message_ordering=True)
    await cloud.publish(topic, b"1", b"2", b"3", ordering_key="a")
    first = await cloud.pull(subscription)
    assert bodies(first) == [b"1", b"2", b"3"]
    await cloud.acknowledge(subscription, first[0])
    await cloud.refuse(subscription, first[1])
    assert bodies(await cloud.pull(subscription)) == [b"2", b"3"]


async def test_a_key_that_waits_does_not_hold_back_another(clocked):
    topic = await clocked.topic()
    retry = {"minimum_backoff": {"seconds": 30}}
    subscription = await clocked.subscription(topic, enable_message_ordering=True, retry_policy=retry)
    await clocked.publish(topic, b"a1", b"a2", ordering_key="a")
    await clocked.publish(topic, b"b1", ordering_key="b")
    first = await clocked.pull(subscription, most=1)
    await clocked.refuse(subscription, *first)
    assert bodies(await clocked.pull(subscription)) == [b"b1"]
    await clocked.clock.advance(31)
    assert bodies(await clocked.pull(subscription))[:2] == [b"a1", b"a2"]


async def test_pushes_of_one_key_follow_each_other(cloud, endpoint):
    endpoint.delay = 0.002
    topic = await cloud.topic()
    push = {"push_endpoint": endpoint.url()}
    await cloud.subscription(topic, push_config=push, enable_message_ordering=True)
    failed = set()

    def sometimes(request):
        key = request.json["message"]["messageId"]
        if len(endpoint.requests) % 5 == 0 and key not in failed:
            failed.add(key)
            return 500
        return 204

    endpoint.answer = sometimes
    ids = await cloud.publish(topic, *[b"x"] * 20, ordering_key="a")
    accepted = lambda: [r.json["message"]["messageId"] for r in endpoint.requests]  # noqa: E731
    await until(lambda: sum(cloud.service.backlog().values()) == 0)
    assert list(dict.fromkeys(accepted())) == ids
    assert len(failed) > 0
    assert endpoint.most_open == 1


@given(
    st.lists(
        st.tuples(st.sampled_from(["add a", "add b", "add -", "take", "ack", "refuse", "back"]), st.integers(0, 9))
    )
)
def test_no_sequence_of_events_gives_a_key_out_of_order(steps):
    """A model of receivers: a key's next message is never given out before an earlier one is settled."""
    queue, out, resting, number, settled = Queue(), [], [], 0, set()
    for step, choice in steps:
        if step.startswith("add"):
            number += 1
            queue.add(Entry(number, step[4:].strip("-")))
        elif step == "take" and (entry := queue.take()) is not None:
            if entry.key:
                assert not [other for other in out + resting if other.key == entry.key]
            assert entry.message not in settled
            out.append(entry)
        elif step in ("ack", "refuse") and out:
            entry = out.pop(choice % len(out))
            if step == "ack":
                settled.add(entry.message)
                entry.gone = True
                queue.settle(entry)
            else:
                queue.rest(entry)
                resting.append(entry)
        elif step == "back" and resting:
            queue.add(resting.pop(choice % len(resting)))
    for entry in out:
        queue.rest(entry)
    for entry in out + resting:
        queue.add(entry)
    while (entry := queue.take()) is not None:
        settled.add(entry.message)
        entry.gone = True
        queue.settle(entry)
    assert settled == set(range(1, number + 1))
