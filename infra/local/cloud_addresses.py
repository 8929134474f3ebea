"""Where the local cloud's services listen, and the variables by which clients find them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CloudAddresses:
    """The two ports of one cloud on 127.0.0.1, and its Redis."""

    grpc: int
    rest: int
    redis_url: str

    @property
    def services(self) -> dict[str, str]:
        """Each service's address, as its clients write it."""
        grpc, rest = f"127.0.0.1:{self.grpc}", f"http://127.0.0.1:{self.rest}"
        return {
            "firestore": grpc,
            "pubsub": grpc,
            "scheduler": grpc,
            "functions": grpc,
            "bigquery": rest,
            "storage": rest,
            "eventarc": rest,
            "identity": rest,
            "redis": self.redis_url,
        }

    @property
    def environment(self) -> dict[str, str]:
        """The variables for a process that shall talk to this cloud.

        Google's clients read those of Firestore, Pub/Sub, BigQuery and Storage by themselves.
        """
        services = self.services
        named = ("firestore", "pubsub", "scheduler", "functions", "bigquery", "storage", "eventarc")
        return {f"{name.upper()}_EMULATOR_HOST": services[name] for name in named} | {"REDIS_URL": self.redis_url}
