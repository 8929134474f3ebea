"""AI routing: one way to ask a model, the cheapest that is good enough, with its cost kept.

prompt → cache → optimiser → analysis → route → breaker → provider → ledger → reply
                                          ↑________________|  fallback

Each folder imports only those below it (import-linter holds it):

    api                             what operations call
    streams                         streamed answers
    answers                         whole answers
    cache                           like questions
    cascade · embeddings · outcomes cheap answers checked; vectors; what became of answers
    asking                          fallback, hedging
    routing                         which providers, and why
    prompts · router · money        what is asked; the learned classifier; budgets and the ledger
    health                          breakers and probes
    providers                       the table, keys, HTTP
    minilm · sandbox                models and programs of one's own, on their own
"""
