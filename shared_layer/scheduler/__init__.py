"""Schedules: a cron expression in a time zone that starts a workflow or emits an event, each fire exactly once."""
