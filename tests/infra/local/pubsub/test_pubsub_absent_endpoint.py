"""An endpoint that is not there: its messages wait for it, and are no dead letters when it comes."""

from tests.infra.local.delivery.endpoint import Endpoint, until


async def test_what_never_reached_its_endpoint_is_not_counted_and_arrives_when_it_is_there(cloud, endpoint):
    away, refusing = await Endpoint().start(), await Endpoint(answer=lambda _request: 500).start()
    await away.stop()
    topic, graveyard = await cloud.topic(), await cloud.topic("dead")
    dead = await cloud.subscription(graveyard, "dead")
    settings = {
        "dead_letter_policy": {"dead_letter_topic": graveyard, "max_delivery_attempts": 5},
        "retry_policy": {"minimum_backoff": {"nanos": 1_000_000}, "maximum_backoff": {"nanos": 2_000_000}},
    }
    waiting = await cloud.subscription(topic, "waiting", push_config={"push_endpoint": away.url()}, **settings)
    refused = await cloud.subscription(topic, "refused", push_config={"push_endpoint": refusing.url()}, **settings)
    for number in range(3):
        await cloud.publish(topic, str(number).encode())
        await until(lambda buried=number + 1: cloud.service.backlog()[dead] == buried)
    assert cloud.service.backlog() == {waiting: 3, refused: 0, dead: 3}
    there = {"subscription": waiting, "push_config": {"push_endpoint": endpoint.url()}}
    await cloud.call(cloud.subscriber.modify_push_config, request=there)
    await until(lambda: len(endpoint.requests) == 3)
    assert [request.json["deliveryAttempt"] for request in endpoint.requests] == [1, 1, 1]
    await refusing.stop()
