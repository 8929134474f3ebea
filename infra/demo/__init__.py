"""A company's day and an agency's week, played against a running platform through its public API alone.

    day.toml, week.toml ─→ Day, Week ─┐
    a platform's address and keys     ├─→ Stage ─→ scenes, one after another ─→ Story ─→ lines for people,
                                      ┘                                                  or JSON for machines

The scenes import nothing of the platform: what they know of it is its API, and OpenAI's own client. What comes from
outside (forms, payments, Slack) is sent to the platform's receivers, signed as its senders sign.
"""
