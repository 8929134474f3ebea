"""The learned router: whether a weak model's answer to a prompt will be good enough, learned from labelled outcomes.

A linear model over hashed words and the shape of the prompt, in plain Python: no array library, no network, the same
answer on every machine. `infra.router_training` trains what is packaged here (see MODEL_CARD.md); a tenant's own
outcomes refit it and set its threshold.
"""
