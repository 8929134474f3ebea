"""Functions of analytics-data-layer: events and named metrics."""
