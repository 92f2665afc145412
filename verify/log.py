"""Logs: one JSON object a line on stderr, a constant event with identifiers, never a text made of values."""

import json
import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import Any
from uuid import UUID

import structlog
from structlog.typing import EventDict, WrappedLogger

#: least levels of libraries that are talkative at ours
QUIET = dict.fromkeys(("alembic", "huey", "sqlalchemy", "urllib3", "PIL"), logging.WARNING)

#: innermost frames shown of a traceback
FRAMES = 12

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def configure(level: str = "info") -> None:
    """Send everything this process logs to stderr, and what ends a thread or the process with it."""
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            without_values,
            stamp,
            render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Formatter())
    logging.basicConfig(level=number, handlers=[handler], force=True)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(number, least))
    sys.excepthook = _uncaught
    threading.excepthook = lambda end: _uncaught(end.exc_type, end.exc_value, end.exc_traceback)


def without_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Of an exception keep its class and where it was, not its text: that quotes what it stumbled over."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    if isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    event.pop("stack_info", None)
    if exc_info and exc_info[0] is not None:
        event["error"], event["at"] = exc_info[0].__qualname__, _places(exc_info)
    return event


def render(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    return json.dumps(event, default=_name, ensure_ascii=False)


stamp = structlog.processors.TimeStamper(fmt="iso", utc=True, key="time")


class Formatter(logging.Formatter):
    """For libraries' records: the message as it stands in their source, without the arguments."""

    def format(self, record: logging.LogRecord) -> str:
        named = {"event": str(record.msg), "logger": record.name, "level": record.levelname.lower()}
        event = stamp(None, "", without_values(None, "", {**named, "exc_info": record.exc_info}))
        return render(None, "", event)


def _places(exc_info: ExcInfo) -> list[str]:
    """Innermost last: module:line function."""
    frames = [(frame, line) for frame, line in traceback.walk_tb(exc_info[2])][-FRAMES:]
    return [f"{f.f_globals.get('__name__', '?')}:{line} {f.f_code.co_name}" for f, line in frames]


def _name(value: Any) -> str:
    """Identifiers as they are; of any other object its class, since a repr may show what is in it."""
    return str(value) if isinstance(value, UUID) else type(value).__name__


def _uncaught(kind: type[BaseException], error: BaseException | None, where: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    structlog.get_logger().critical("uncaught", exc_info=(kind, error, where))
