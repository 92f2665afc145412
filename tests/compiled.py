"""What is compiled is kept by engine, by dialect and by environment of templates. Every application of a test has some
of its own, and would compile the same statements and pages anew, which is a quarter of all it does."""

from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.default import DefaultDialect

_statements: dict[Any, Any] = {}


@event.listens_for(Engine, "engine_connect")
def _share(connection: Connection) -> None:
    connection.execution_options(compiled_cache=_statements)


def _same(one: DefaultDialect, other: object) -> bool:
    return type(one) is type(other)


def _kind(one: DefaultDialect) -> int:
    return hash(type(one))


DefaultDialect.__eq__ = _same  # type: ignore[method-assign]
DefaultDialect.__hash__ = _kind  # type: ignore[method-assign,assignment]


class _Pages(BytecodeCache):
    def __init__(self) -> None:
        self.found: dict[tuple[str, str], Any] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.found.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.found[bucket.key, bucket.checksum] = bucket.code


_pages = _Pages()


def share_pages(app: Flask) -> None:
    app.jinja_env.bytecode_cache = _pages
