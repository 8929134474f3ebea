import base64

import jwt
import pytest

from tests.infra.local.delivery.endpoint import HANG, Endpoint, until
from tests.infra.local.pubsub.cloud import PROJECT

FAST = {"minimum_backoff": {"nanos": 20_000_000}, "maximum_backoff": {"nanos": 50_000_000}}


async def test_a_push_has_googles_documented_shape(cloud, endpoint):
    topic = await cloud.topic()
    subscription = await cloud.subscription(topic, push_config={"push_endpoint": endpoint.url("/worker?x=1")})
    (message_id,) = await cloud.publish(topic, b"\xffbody", kind="paid", ordering_key="k")
    await until(lambda: endpoint.requests)
    (request,) = endpoint.requests
    assert request.path == "/worker?x=1"
    assert request.headers["content-type"] == "application/json"
    assert "authorization" not in request.headers
    published = request.json["message"].pop("publishTime")
    assert request.json["message"].pop("publish_time") == published
    message = request.json["message"]
    del message["publishTime"], message["publish_time"]
    assert published.endswith("Z")
    assert request.json["subscription"] == subscription
    assert "deliveryAttempt" not in request.json
    assert message == {
        "data": base64.b64encode(b"\xffbody").decode(),
        "attributes": {"kind": "paid"},
        "messageId": message_id,
        "message_id": message_id,
        "orderingKey": "k",
    }
    await until(lambda: cloud.service.backlog() == {subscription: 0})


@pytest.mark.parametrize("audience", ["", "https://worker.example"])
async def test_a_push_carries_a_token_that_the_issuers_keys_verify(cloud, endpoint, audience):
    topic = await cloud.topic()
    oidc = {"service_account_email": "push@p.iam.gserviceaccount.com", "audience": audience}
    await cloud.subscription(topic, push_config={"push_endpoint": endpoint.url("/f"), "oidc_token": oidc})
    await cloud.publish(topic, b"x")
    await until(lambda: endpoint.requests)
    scheme, _, token = endpoint.requests[0].headers["authorization"].partition(" ")
    key = jwt.PyJWKSet.from_dict(cloud.issuer.jwks())[jwt.get_unverified_header(token)["kid"]]
    claims = jwt.decode(token, key, ["RS256"], audience=audience or endpoint.url("/f"))
    assert (scheme, claims["email"]) == ("Bearer", "push@p.iam.gserviceaccount.com")


async def test_a_refused_push_is_repeated_with_its_attempt_until_it_is_accepted(cloud, endpoint):
    endpoint.answer = lambda _request: 500 if len(endpoint.requests) < 3 else 200
    topic, dead = await cloud.topic(), await cloud.topic("dead")
    push = {"push_endpoint": endpoint.url()}
    await cloud.subscription(topic, push_config=push, retry_policy=FAST, dead_letter_policy={"dead_letter_topic": dead})
    await cloud.publish(topic, b"x")
    await until(lambda: sum(cloud.service.backlog().values()) == 0)
    assert [request.json["deliveryAttempt"] for request in endpoint.requests] == [1, 2, 3]


async def test_a_push_refused_five_times_is_dead_lettered(cloud, endpoint):
    endpoint.answer = lambda _request: 500
    topic, dead = await cloud.topic(), await cloud.topic("dead")
    graveyard = await cloud.subscription(dead, "dead")
    push, policy = {"push_endpoint": endpoint.url()}, {"dead_letter_topic": dead}
    await cloud.subscription(topic, push_config=push, retry_policy=FAST, dead_letter_policy=policy)
    await cloud.publish(topic, b"x")
    await until(lambda: cloud.service.backlog()[graveyard] == 1)
    assert len(endpoint.requests) == 5


async def test_a_hanging_and_a_dead_endpoint_do_not_hold_up_another(cloud, endpoint):
    stuck = await Endpoint(answer=lambda _request: HANG).start()
    gone = await Endpoint().start()
    await gone.stop()
    topic = await cloud.topic()
    for name, url in (("stuck", stuck.url()), ("gone", gone.url()), ("well", endpoint.url())):
        await cloud.subscription(topic, name, push_config={"push_endpoint": url})
    await cloud.publish(topic, *[b"x"] * 100)
    await until(lambda: cloud.service.backlog()[f"{PROJECT}/subscriptions/well"] == 0)
    assert len(stuck.requests) == 4
    await stuck.stop()


async def test_an_unwrapped_push_is_the_data_itself(cloud, endpoint):
    topic = await cloud.topic()
    await cloud.subscription(
        topic, push_config={"push_endpoint": endpoint.url(), "no_wrapper": {"write_metadata": True}}
    )
    (message_id,) = await cloud.publish(topic, b"raw", kind="paid")
    await until(lambda: endpoint.requests)
    request = endpoint.requests[0]
    assert request.body == b"raw"
    assert (request.headers["kind"], request.headers["x-goog-pubsub-message-id"]) == ("paid", message_id)


async def test_a_changed_push_config_moves_the_backlog_to_the_new_endpoint(cloud, endpoint):
    topic = await cloud.topic()
    stuck = await Endpoint(answer=lambda _request: HANG).start()
    subscription = await cloud.subscription(topic, push_config={"push_endpoint": stuck.url()})
    await cloud.publish(topic, b"x")
    await until(lambda: stuck.requests)
    await cloud.call(
        cloud.subscriber.modify_push_config,
        subscription=subscription,
        push_config={"push_endpoint": endpoint.url()},
    )
    await until(lambda: cloud.service.backlog() == {subscription: 0})
    await stuck.stop()


async def test_what_was_in_flight_is_delivered_again_after_a_restart(cloud, endpoint):
    endpoint.answer = lambda _request: HANG
    topic = await cloud.topic()
    subscription = await cloud.subscription(topic, push_config={"push_endpoint": endpoint.url()})
    ids = await cloud.publish(topic, *[b"x"] * 10)
    await until(lambda: len(endpoint.requests) == 4)
    endpoint.answer = lambda _request: 204
    await cloud.restart()
    await until(lambda: cloud.service.backlog() == {subscription: 0})
    assert {request.json["message"]["messageId"] for request in endpoint.requests[4:]} == set(ids)


async def test_pushes_travel_over_kept_connections(cloud, endpoint):
    topic = await cloud.topic()
    subscription = await cloud.subscription(topic, push_config={"push_endpoint": endpoint.url()})
    await cloud.publish(topic, *[b"x"] * 500)
    await until(lambda: cloud.service.backlog() == {subscription: 0})
    assert endpoint.connections <= 64
