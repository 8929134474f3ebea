"""Analytics: events on their way to the warehouse, and named metrics from it."""
