"""What answers cost: budgets held before and settled after, and the ledger of every answer that was paid for.

budget (held in Redis) → spend (one answer) → ledger (its entry) → page (what is stored) → sums, reports, events
"""
