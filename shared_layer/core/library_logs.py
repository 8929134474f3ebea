"""What libraries log (warnings and worse) as lines of ours: found by its request, and redacted like every other."""

from __future__ import annotations

import logging
import traceback

from shared_layer.core.logs import log

_SEVERITIES = {logging.WARNING: "WARNING", logging.ERROR: "ERROR", logging.CRITICAL: "CRITICAL"}


class _Lines(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        stack = {"stack_trace": "".join(traceback.format_exception(*record.exc_info))} if record.exc_info else {}
        severity = _SEVERITIES.get(record.levelno, "WARNING")
        log(severity, "library", record.getMessage(), logger=record.name, **stack)


def adopt() -> None:
    """Take over from Python's last resort, which would write to stderr as it is. Done once, by the front door."""
    root = logging.getLogger()
    if not any(isinstance(handler, _Lines) for handler in root.handlers):
        root.addHandler(_Lines(logging.WARNING))
