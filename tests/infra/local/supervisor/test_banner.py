from __future__ import annotations

from infra.local.banner import Facts, banner


def test_the_banner_tells_where_everything_is_and_gives_two_lines_to_try() -> None:
    text = banner(Facts("http://localhost:8080", "xyn_live_k", "xyn_op_o", "/data"), 3.14)
    assert "ready in 3.1 s" in text
    assert "http://localhost:8080/docs" in text
    assert "http://localhost:8080/dashboard#key=xyn_live_k" in text
    assert '"budget_range": "$5,000-$10,000"' in text
    assert text.count("X-API-Key: xyn_live_k") == 2


def test_without_a_demo_tenant_the_dashboard_opens_with_the_operators_key() -> None:
    text = banner(Facts("http://localhost:8080", "", "xyn_op_o", "/data"), 1.0)
    assert "#key=xyn_op_o" in text
    assert "curl" not in text


def test_into_a_file_no_colours_are_written() -> None:
    assert "\x1b" not in banner(Facts("http://localhost:8080", "k", "o", "/data"), 1.0)
