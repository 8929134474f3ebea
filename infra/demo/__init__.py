"""A company's day, played against a running platform through its public API alone.

    day.toml ─→ Day ─┐
    a platform's     ├─→ Stage ─→ scenes, one after another ─→ Story ─→ lines for people, or JSON for machines
    address and keys ┘

The scenes import nothing of the platform: what they know of it is its API, and OpenAI's own client.
"""
