import json
import logging
import sys
import threading
from collections.abc import Iterator
from uuid import UUID

import pytest
import structlog

from verify import log

SECRET = "王小明 11010119900101004X"
ROW = UUID("0193a1b2-0000-7000-8000-000000000001")


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """Logging as it was, since it belongs to the whole process."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level, sys.excepthook, threading.excepthook)
    levels = {name: logging.getLogger(name).level for name in log.QUIET}
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level, sys.excepthook, threading.excepthook = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def logged(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def stumble() -> None:
    raise ValueError(SECRET)


def test_an_event_is_a_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    structlog.get_logger().info("attempt answered", attempt=ROW, ms=12)
    [entry] = logged(capsys)
    assert entry.pop("time")
    assert entry == {"event": "attempt answered", "level": "info", "attempt": str(ROW), "ms": 12}


def test_of_an_exception_its_class_and_place_are_kept_and_not_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    try:
        stumble()
    except ValueError:
        structlog.get_logger().exception("job failed")
    [entry] = logged(capsys)
    assert entry["error"] == "ValueError"
    assert str(entry["at"]).count("stumble") == 1
    assert SECRET not in json.dumps(entry, ensure_ascii=False)


def test_an_object_is_shown_by_its_class(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    structlog.get_logger().info("event", thing={"a": {SECRET}, "b": SECRET.encode()})
    [entry] = logged(capsys)
    assert entry["thing"] == {"a": "set", "b": "bytes"}


def test_of_a_librarys_record_the_arguments_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    try:
        stumble()
    except ValueError:
        logging.getLogger("library").warning("cannot read %s", SECRET, exc_info=True)
    [entry] = logged(capsys)
    assert (entry["event"], entry["logger"], entry["error"]) == ("cannot read %s", "library", "ValueError")
    assert SECRET not in json.dumps(entry, ensure_ascii=False)


@pytest.mark.parametrize(("level", "events"), [("debug", 4), ("info", 3), ("warning", 2), ("error", 1)])
def test_less_than_the_level_is_left_out(capsys: pytest.CaptureFixture[str], level: str, events: int) -> None:
    log.configure(level)
    for logger in (structlog.get_logger(), logging.getLogger("library")):
        for name in ("debug", "info", "warning", "error"):
            getattr(logger, name)("event")
    assert len(logged(capsys)) == 2 * events


def test_talkative_libraries_are_heard_from_warnings_on(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure("debug")
    logging.getLogger("huey.consumer").info("Executing %s", SECRET)
    logging.getLogger("huey.consumer").warning("died")
    assert [entry["event"] for entry in logged(capsys)] == ["died"]


def test_what_ends_a_thread_is_logged_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    thread = threading.Thread(target=stumble)
    thread.start()
    thread.join()
    [entry] = logged(capsys)
    assert (entry["event"], entry["error"]) == ("uncaught", "ValueError")
    assert SECRET not in json.dumps(entry, ensure_ascii=False)


def test_what_ends_the_process_is_logged_without_its_text(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure()
    error = ValueError(SECRET)
    sys.excepthook(type(error), error, None)
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert [(entry["event"], entry["error"]) for entry in logged(capsys)] == [("uncaught", "ValueError")]
