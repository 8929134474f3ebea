from __future__ import annotations

import pytest

from infra.local.ports import Ports, free_ports, listen, listen_near, port_of
from infra.local.refusal import Refusal


def test_a_port_in_use_is_refused_with_another_one_to_try() -> None:
    taken = listen(0)
    port = port_of(taken)
    with pytest.raises(Refusal, match=rf"Port {port} is in use.*--port {port + 10}"):
        listen(port)
    taken.close()


def test_a_preferred_port_in_use_is_replaced_by_another() -> None:
    taken = listen(0)
    other = listen_near(port_of(taken))
    assert port_of(other) != port_of(taken)
    taken.close()
    other.close()


def test_free_ports_are_all_different() -> None:
    assert len(set(free_ports(0, 0, 0))) == 3


def test_the_variables_lead_googles_clients_to_the_chosen_ports() -> None:
    ports = Ports.choose(0)
    variables = ports.variables()
    assert variables["FIRESTORE_EMULATOR_HOST"] == f"127.0.0.1:{ports.grpc}"
    assert variables["BIGQUERY_EMULATOR_HOST"] == f"http://127.0.0.1:{ports.rest}"
    assert variables["REDIS_URL"] == f"redis://127.0.0.1:{ports.redis}/0"
    assert variables["XYNERGY_FUNCTIONS_URL"] == ports.functions
    ports.gateway_socket.close()
    ports.functions_socket.close()
