"""Two views over the service's own tables, through SQLAlchemy's ORM or its Core."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from flask import Flask, Response, jsonify, request
from sqlalchemy import Engine, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session, contains_eager
from uuid_utils.compat import uuid7

from verify.models import Account, ApiKey, Application, Event, Idempotency, Verification

Answer = tuple[Response, int]
View = Callable[..., Any]

SHOWN = (
    "id",
    "type",
    "method",
    "account_ref",
    "status",
    "livemode",
    "locale",
    "created_at",
    "updated_at",
    "expires_at",
)


def make(kind: str, engine: Engine) -> Flask:
    """``kind`` is orm or core."""
    app = Flask(__name__, static_folder=None)
    create, read = VIEWS[kind]
    app.add_url_rule("/v1/verifications", view_func=lambda: create(engine), methods=["POST"], endpoint="create")
    app.add_url_rule("/v1/verifications/<uuid:id_>", view_func=lambda id_: read(engine, id_), endpoint="read")
    return app


def key_query(digest: bytes) -> Any:
    return select(ApiKey).join(ApiKey.application).where(ApiKey.digest == digest, ApiKey.revoked_at.is_(None))


def account_upsert(key: Any, account_ref: str, now: datetime) -> Any:
    row = {
        "id": uuid7(),
        "application_id": key.application_id,
        "livemode": key.livemode,
        "account_ref": account_ref,
        "created_at": now,
    }
    return (
        upsert(Account)
        .values(row)
        .on_conflict_do_update(
            index_elements=["application_id", "livemode", "account_ref"], set_={"created_at": Account.created_at}
        )
        .returning(Account.id)
    )


def rows(key: Any, account_id: UUID, body: Mapping[str, Any], now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """A verification and its event, with what the service puts into them."""
    verification = {
        "id": uuid7(),
        "application_id": key.application_id,
        "account_id": account_id,
        "account_ref": body["account_ref"],
        "livemode": key.livemode,
        "type": body["type"],
        "method": body["method"],
        "status": "pending",
        "progress": {"offers": ["face", "bank_card", "micro_transfer"]},
        "locale": "zh-CN",
        "labels": {},
        "tokens_issued": 1,
        "event_seq": 1,
        "event_hash": bytes(32),
        "sequence": 1,
        "created_at": now,
        "updated_at": now,
        "expires_at": now + timedelta(days=7),
    }
    event = {
        "id": uuid7(),
        "verification_id": verification["id"],
        "about": "verification",
        "about_id": verification["id"],
        "application_id": key.application_id,
        "livemode": key.livemode,
        "seq": 1,
        "sequence": 1,
        "type": "verification.created",
        "payload": b"{}" * 100,
        "hash": bytes(32),
        "created_at": now,
    }
    return verification, event


def taken(key: Any, now: datetime) -> Any:
    """The request's idempotency key, as the service keeps one."""
    row = {
        "scope": sha256(request.headers["Idempotency-Key"].encode()).digest(),
        "body": sha256(request.get_data()).digest(),
        "status": 201,
        "resource": key.application_id,
        "created_at": now,
    }
    return upsert(Idempotency).values(row).on_conflict_do_nothing().returning(Idempotency.scope)


def digest_of(token: str) -> bytes:
    return bytes.fromhex(token)


def bearer() -> str:
    return request.headers["Authorization"].removeprefix("Bearer ")


def create_orm(engine: Engine) -> Answer:
    now, body = datetime.now(UTC), request.get_json()
    with Session(engine, expire_on_commit=False) as session, session.begin():
        query = key_query(digest_of(bearer())).options(contains_eager(ApiKey.application))
        key = session.scalars(query).one()
        session.scalars(taken(key, now)).one()
        account_id = session.scalars(account_upsert(key, body["account_ref"], now)).one()
        verification, event = rows(key, account_id, body, now)
        made = Verification(**verification)
        session.add(made)
        session.flush()
        session.add(Event(**event))
    return jsonify({name: getattr(made, name) for name in SHOWN}), 201


def create_core(engine: Engine) -> Answer:
    now, body = datetime.now(UTC), request.get_json()
    with engine.begin() as connection:
        columns = (*ApiKey.__table__.c, *Application.__table__.c)
        key = connection.execute(
            select(*columns)
            .join_from(ApiKey, Application)
            .where(ApiKey.digest == digest_of(bearer()), ApiKey.revoked_at.is_(None))
        ).one()
        connection.execute(taken(key, now)).one()
        account_id = connection.execute(account_upsert(key, body["account_ref"], now)).scalar_one()
        verification, event = rows(key, account_id, body, now)
        connection.execute(insert(Verification), verification)
        connection.execute(insert(Event), event)
    return jsonify({name: verification[name] for name in SHOWN}), 201


def read_orm(engine: Engine, id_: UUID) -> Answer:
    query = select(Verification).join(Verification.application).options(contains_eager(Verification.application))
    with Session(engine) as session, session.begin():
        found = session.scalars(query.where(Verification.id == id_)).one()
        return jsonify({name: getattr(found, name) for name in SHOWN}), 200


def read_core(engine: Engine, id_: UUID) -> Answer:
    columns = (*Verification.__table__.c, *Application.__table__.c)
    with engine.connect() as connection, connection.begin():
        query = select(*columns).join_from(Verification, Application).where(Verification.__table__.c.id == id_)
        found = connection.execute(query).one()
    return jsonify({name: getattr(found, name) for name in SHOWN}), 200


VIEWS: Mapping[str, tuple[View, View]] = {"orm": (create_orm, read_orm), "core": (create_core, read_core)}
