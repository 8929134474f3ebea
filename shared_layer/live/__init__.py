"""A tenant's events as they happen, over server-sent events and WebSocket.

    event committed ─→ relay ─→ audit chain (gives it its number) ─→ Redis channel of the tenant
                                                                         │ one subscription a tenant and instance
    hub of the tenant: the latest events, in order ──┬──────────────────┬┘
                                                     │ queue, bounded   │ queue, bounded
                                                  listener           listener   … each at its own pace

The number in the chain is the position: dense, in one order for all, and kept. Whoever was away reads on from its last
number in the store, so that nothing is missed and nothing comes twice. Redis only makes it quick.
"""
