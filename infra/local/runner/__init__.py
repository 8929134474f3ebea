"""All functions in one process, each its own `functions_framework.aio` application, behind the gateway.

gateway's port  →  Gateway (executes the deployed spec)  ─┐ in process
functions' port →  /<slug>/…  (push deliveries, direct)  ─┴→  Runner → the function's application
"""

from infra.local.runner.deployment import Deployment
from infra.local.runner.runner import Runner

__all__ = ["Deployment", "Runner"]
