"""Resource names: `projects/{project}/{topics|subscriptions|snapshots}/{id}`.

The rule for ids is https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names.
"""

from __future__ import annotations

import re

from infra.local.pubsub.errors import InvalidArgument

_NAME = re.compile(r"projects/(?P<project>[^/]+)/(?P<kind>[a-z]+)/(?P<id>[A-Za-z][A-Za-z0-9\-_.~+%]{2,254})")


def check(name: str, kind: str) -> str:
    """Return `name` if it names a `kind` ("topics", "subscriptions" or "snapshots"); else raise InvalidArgument."""
    match = _NAME.fullmatch(name)
    if match is None or match["kind"] != kind or match["id"].startswith("goog"):
        raise InvalidArgument(f"Invalid [{kind}] name: (name={name})")
    return name


def project_of(path: str) -> str:
    """The project id in a resource name or in `projects/{project}`."""
    parts = path.split("/")
    if len(parts) < 2 or parts[0] != "projects" or not parts[1]:
        raise InvalidArgument(f"Invalid [projects] name: (name={path})")
    return parts[1]


def short(name: str) -> str:
    """The last part of a resource name."""
    return name.rpartition("/")[2]
