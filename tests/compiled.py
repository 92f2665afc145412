"""Compiled statements are kept by engine and by dialect. Every application of a test has some of its own, and would
compile the same statements anew, which is a fifth of all it does."""

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect

_compiled: dict[Any, Any] = {}


def share_compiled(engine: Engine) -> None:
    engine.update_execution_options(compiled_cache=_compiled)


def _same(one: DefaultDialect, other: object) -> bool:
    return type(one) is type(other)


def _kind(one: DefaultDialect) -> int:
    return hash(type(one))


DefaultDialect.__eq__ = _same  # type: ignore[method-assign]
DefaultDialect.__hash__ = _kind  # type: ignore[method-assign,assignment]
