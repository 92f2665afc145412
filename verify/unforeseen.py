"""What nobody expected to fail: put on record without what it holds, and named for whoever asked."""

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from verify.errors import Problem

log = structlog.get_logger()


def recorded(error: Exception) -> Problem:
    """Its text may hold what was submitted; the log's processor keeps places, not values."""
    if isinstance(error, DBAPIError | PoolTimeout):
        log.error("store unavailable", error=type(error).__name__)
        return Problem("not_ready", "A store cannot be reached; try again.", retry_after=2)
    log.error("request failed", error=type(error).__name__, exc_info=error)
    return Problem("internal_error")
