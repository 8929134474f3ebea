"""Who may call: API keys, operator keys, identity tokens, plans."""
