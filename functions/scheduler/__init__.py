"""Functions of scheduler-automation-engine: schedules, and automations upon events."""
