"""Google Cloud on loopback, over gRPC, for Google's own clients; picky about what it is sent.

What Terraform has applied shows up as it would: services with revisions, jobs, triggers with subscriptions of their
own, configs of the gateway, secrets. It is read from Terraform's state.
"""

from tests.infra.deploy.google_cloud.cloud import GoogleCloud

__all__ = ["GoogleCloud"]
