"""Trains the packaged router (`shared_layer/ai/router`) from public outcomes: `python -m infra.router_training`."""
