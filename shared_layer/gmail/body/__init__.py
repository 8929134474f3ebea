"""A mail's text taken apart: what its author wrote, what it quotes, and the signature."""
