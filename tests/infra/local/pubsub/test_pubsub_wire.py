import subprocess
import sys

from google.protobuf import descriptor_pb2
from google.pubsub_v1.types import pubsub

from infra.local.pubsub.wire import DESCRIPTORS, seconds, timestamp


def test_the_stored_descriptors_are_those_of_the_installed_client():
    stored = {file.name: file for file in descriptor_pb2.FileDescriptorSet.FromString(DESCRIPTORS.read_bytes()).file}

    def compare(file):
        installed = descriptor_pb2.FileDescriptorProto()
        file.CopyToProto(installed)
        assert stored[file.name] == installed
        for dependency in file.dependencies:
            compare(dependency)

    compare(pubsub.Topic.pb().DESCRIPTOR.file)


def test_the_server_does_not_import_googles_client():
    heavy = "('google.cloud.', 'google.api_core', 'google.pubsub_v1')"
    code = f"import infra.local.pubsub, sys; print(any(name.startswith({heavy}) for name in sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "False"


def test_a_timestamp_keeps_microseconds():
    moment = 1_790_000_000.123456
    assert timestamp(moment).nanos == 123_456_000
    assert abs(seconds(timestamp(moment)) - moment) < 1e-6
