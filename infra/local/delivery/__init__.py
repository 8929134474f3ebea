"""What Pub/Sub push and Eventarc share: an HTTP client, backoff, alarms on a clock, and lanes of deliveries."""

from infra.local.delivery.alarms import Alarm, Alarms
from infra.local.delivery.backoff import Backoff
from infra.local.delivery.http import HttpClient, HttpError
from infra.local.delivery.lane import ACKNOWLEDGING, Lane
from infra.local.delivery.repeating import client_for

__all__ = ["ACKNOWLEDGING", "Alarm", "Alarms", "Backoff", "HttpClient", "HttpError", "Lane", "client_for"]
