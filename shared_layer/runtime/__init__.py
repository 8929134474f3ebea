"""The platform's own operations: asynchronous tasks, event replay, redrive of dead letters."""
