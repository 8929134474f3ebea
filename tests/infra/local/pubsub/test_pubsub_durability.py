import asyncio
import itertools
import signal
import sys

import grpc.aio
import pytest

from infra.local.pubsub.wire import message_class

TOPIC, SUBSCRIPTION = "projects/p/topics/orders", "projects/p/subscriptions/worker"


class Server:
    """The server process, and plain calls to it: a client that retries by itself would hide what was acknowledged."""

    async def start(self, folder):
        command = [sys.executable, "-m", "tests.infra.local.pubsub.server", str(folder)]
        self.process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
        port = int(await asyncio.wait_for(self.process.stdout.readline(), 20))
        self.channel = grpc.aio.insecure_channel(f"127.0.0.1:{port}")
        return self

    async def call(self, service, method, request, answer="google.protobuf.Empty"):
        name = f"/google.pubsub.v1.{service}/{method}"
        decode = (lambda raw: raw) if answer == "google.protobuf.Empty" else message_class(answer).FromString
        call = self.channel.unary_unary(name, lambda message: message.SerializeToString(), decode)
        return await call(request, timeout=5)

    async def kill(self):
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@pytest.mark.parametrize("round_trips", [1, 40, 150])
async def test_every_acknowledged_publish_survives_a_kill_9(tmp_path, round_trips):
    server = await Server().start(tmp_path)
    await server.call("Publisher", "CreateTopic", message_class("Topic")(name=TOPIC), "Topic")
    subscription = message_class("Subscription")(name=SUBSCRIPTION, topic=TOPIC)
    await server.call("Subscriber", "CreateSubscription", subscription, "Subscription")
    published = []

    async def publish_until_it_dies():
        try:
            for number in itertools.count():
                request = message_class("PublishRequest")(topic=TOPIC)
                request.messages.add(data=str(number).encode())
                answer = await server.call("Publisher", "Publish", request, "PublishResponse")
                published.extend(answer.message_ids)
        except grpc.aio.AioRpcError:
            return

    publishing = asyncio.create_task(publish_until_it_dies())
    async with asyncio.timeout(10):
        while len(published) < round_trips:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    await server.kill()
    await publishing
    await server.channel.close()

    server = await Server().start(tmp_path)
    pull = message_class("PullRequest")(subscription=SUBSCRIPTION, max_messages=1000)
    answer = await server.call("Subscriber", "Pull", pull, "PullResponse")
    await server.kill()
    await server.channel.close()
    assert set(published) <= {received.message.message_id for received in answer.received_messages}
