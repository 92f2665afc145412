"""The statements of a recorded flow, sent again for each flow with values of its own, and nothing else."""

import time
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any
from uuid import UUID

from flask import Flask, Response, jsonify, request
from psycopg import Binary
from sqlalchemy import Connection, Engine

from benchmarks.recording import ACCOUNT_REF, Ask, Begin, Deed, End, Recording, Run


def make(recording: Recording, engines: Mapping[str, Engine], vendor_seconds: float) -> Flask:
    app = Flask(__name__, static_folder=None)

    @app.post("/flow/<int:flow>/<int:stage>")
    def one(flow: int, stage: int) -> Response:
        asked = request.get_json()
        perform(recording, stage - 1, flow, engines, vendor_seconds)
        return jsonify(flow=flow, stage=stage, fields=len(asked))

    return app


def perform(recording: Recording, stage: int, flow: int, engines: Mapping[str, Engine], vendor_seconds: float) -> None:
    held: dict[str, Connection] = {}
    for deed in recording.requests[stage]:
        _do(deed, held, recording.fixed, flow, engines, vendor_seconds)


def _do(
    deed: Deed,
    held: dict[str, Connection],
    fixed: set[Any],
    flow: int,
    engines: Mapping[str, Engine],
    vendor_seconds: float,
) -> None:
    match deed:
        case Begin(store, is_transaction):
            held[store] = engines[store].connect()
            if not is_transaction:
                held[store].execution_options(isolation_level="AUTOCOMMIT")
        case Run(store, sql, parameters):
            result = held[store].exec_driver_sql(sql, own(parameters, fixed, flow))
            if result.returns_rows:
                result.all()
        case End(store):
            connection = held.pop(store)
            connection.commit()
            connection.close()
        case Ask():
            time.sleep(vendor_seconds)


def own(parameters: Any, fixed: set[Any], flow: int) -> Any:
    """The same parameters with this flow's own ids, digests and references."""
    if isinstance(parameters, list | tuple):
        return [own(each, fixed, flow) for each in parameters]
    return {name: _own(value, fixed, flow) for name, value in parameters.items()}


def _own(value: Any, fixed: set[Any], flow: int) -> Any:
    """As long as before, and the same for each use within a flow."""
    match value:
        case Binary():
            return Binary(_own(value.obj, fixed, flow))
        case UUID() if value not in fixed:
            return UUID(bytes=_digest(value.bytes, flow))
        case bytes() if value not in fixed:
            return (_digest(value, flow) * (len(value) // 16 + 1))[: len(value)]
        case str() if value == ACCOUNT_REF:
            return f"{value}-{flow}"
    return value


def _digest(value: bytes, flow: int) -> bytes:
    return blake2b(value, digest_size=16, salt=flow.to_bytes(16)).digest()
