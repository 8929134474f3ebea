"""AI routing: one way to ask a model, the cheapest that is good enough, with its cost kept.

prompt → cache → optimiser → analysis → route → breaker → provider → ledger → reply
                                          ↑________________|  fallback
"""
