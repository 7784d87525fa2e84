"""Logs: one JSON object a line on standard error, with ids and positions, never with content.

ACQUIT_LOG chooses the level (debug, info, warning, error); the default shows warnings.
"""

from __future__ import annotations

import logging
import sys

import structlog

LEVELS = ("debug", "info", "warning", "error")


class LogLevelError(ValueError):
    """ACQUIT_LOG names no level."""


def configure(level: str) -> None:
    """Send logs of a level and above to standard error. Raises LogLevelError."""
    if level not in LEVELS:
        message = f"ACQUIT_LOG is {level!r}, not one of {', '.join(LEVELS)}"
        raise LogLevelError(message)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
