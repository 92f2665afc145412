"""The statements of a flow, as the service sends them: what the bare side of a flow repeats."""

import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Connection, Engine, event

from providers.base import Outcome, Request

#: of the recorded flow; each other flow has its own
ACCOUNT_REF = "recorded"


@dataclass(frozen=True)
class Begin:
    store: str
    is_transaction: bool


@dataclass(frozen=True)
class Run:
    store: str
    sql: str
    parameters: Any


@dataclass(frozen=True)
class End:
    store: str


@dataclass(frozen=True)
class Ask:
    """A provider is asked here."""


Deed = Begin | Run | End | Ask


@dataclass
class Recording:
    """Deeds by request, and the values that are the same in every flow."""

    requests: list[list[Deed]] = field(default_factory=list)
    fixed: set[Any] = field(default_factory=set)

    def keep(self, file: Path) -> None:
        file.write_bytes(pickle.dumps(self))

    @staticmethod
    def kept(file: Path) -> "Recording":
        found: Recording = pickle.loads(file.read_bytes())  # noqa: S301 - written by this very run
        return found


@contextmanager
def recorded(app: Flask, recording: Recording) -> Iterator[None]:
    """Whatever the application does meanwhile is added to the last request of the recording."""
    services = app.extensions["realname"]
    with app.app_context():
        engines: Mapping[str, Engine] = {"main": services.session.get_bind(), "keys": services.vault.engine}
    listening = [listener for store, engine in engines.items() for listener in _listeners(store, engine, recording)]
    sandbox = services.providers["sandbox"]
    call = sandbox.call
    sandbox.call = _noting(call, recording)
    try:
        for listener in listening:
            event.listen(*listener)
        yield
    finally:
        for listener in listening:
            event.remove(*listener)
        sandbox.call = call


def _noting(call: Callable[[Request, str], Outcome], recording: Recording) -> Callable[[Request, str], Outcome]:
    def noted(request: Request, reference: str) -> Outcome:
        recording.requests[-1].append(Ask())
        return call(request, reference)

    return noted


def _listeners(store: str, engine: Engine, recording: Recording) -> list[tuple[Any, str, Callable[..., None]]]:
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        recording.requests[-1].append(Begin(store, options.get("isolation_level") != "AUTOCOMMIT"))

    def run(_connection: Any, _cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        recording.requests[-1].append(Run(store, sql, parameters))

    def end(_connection: Connection) -> None:
        recording.requests[-1].append(End(store))

    return [
        (engine, "begin", begin),
        (engine, "before_cursor_execute", run),
        (engine, "commit", end),
        (engine, "rollback", end),
    ]
