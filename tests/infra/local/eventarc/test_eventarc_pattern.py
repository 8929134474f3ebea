import pytest

from infra.local.eventarc.pattern import matches


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("tenants/{t}/events/{e}", "tenants/a/events/1", True),
        ("tenants/{t}/events/{e}", "tenants/a/events/1/parts/2", False),
        ("tenants/{t}/events/{e}", "tenants/a/leads/1", False),
        ("users/*", "users/u1", True),
        ("users/*", "users/", False),
        ("users/**", "users/u1/posts/p1", True),
        ("**", "any/thing/at/all", True),
        ("{path=**}", "any/thing", True),
        ("**/events/{e}", "tenants/a/events/1", True),
        ("**/events/{e}", "events/1", True),
        ("tenants/{t}/**/parts/{p}", "tenants/a/parts/1", True),
        ("users/u-*", "users/u-1", True),
        ("users/u-*", "users/v-1", False),
        ("users/u.1", "users/uX1", False),
        ("users/u1", "users/u1", True),
    ],
)
def test_a_path_fits_the_patterns_it_should(pattern, path, fits):
    assert matches(pattern, path) is fits
