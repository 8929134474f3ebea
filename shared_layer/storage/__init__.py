"""Google's clients and Redis, kept thin: lazy, shared in a process, bound to a tenant where data is a tenant's."""
