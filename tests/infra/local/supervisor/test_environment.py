from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.environment import platform_variables, process_environment
from infra.local.folder import DataFolder
from infra.local.ports import Ports


def test_a_providers_key_and_address_go_through() -> None:
    made = process_environment({"OPENAI_API_KEY": "sk-1", "INTERNAL_AI_URL": "http://llama"}, {})
    assert made["OPENAI_API_KEY"] == "sk-1"  # pragma: allowlist secret
    assert made["INTERNAL_AI_URL"] == "http://llama"


@pytest.mark.parametrize("name", ["GOOGLE_APPLICATION_CREDENTIALS", "K_SERVICE", "FUNCTION_TARGET"])
def test_nothing_leads_to_the_real_cloud(name: str) -> None:
    assert name not in process_environment({name: "x"}, {})


def test_the_platforms_variables_win_over_the_users() -> None:
    assert (
        process_environment({"REDIS_URL": "redis://prod"}, {"REDIS_URL": "redis://here"})["REDIS_URL"] == "redis://here"
    )


def test_loopback_calls_go_through_no_proxy() -> None:
    assert process_environment({"NO_PROXY": "corp.example"}, {})["no_proxy"] == "corp.example,127.0.0.1,localhost"


def test_the_browser_may_come_from_the_gateway_itself_and_from_the_documents_origins(tmp_path: Path) -> None:
    folder, ports = DataFolder(tmp_path), Ports.choose(0)
    origins = platform_variables({}, ports, folder)["XYNERGY_CORS_ORIGINS"].split(",")
    assert "https://xynergy-platform.com" in origins
    assert ports.gateway in origins
    assert ports.gateway.replace("localhost", "127.0.0.1") in origins
    folder.release()
    ports.gateway_socket.close()
    ports.functions_socket.close()
