"""What we sign with at providers: of the environment, or a sealed row for all, an application or a capability."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from crypto.errors import KeyShredded
from providers.base import BadCallback, CallbackHint, Capability, Misconfigured, Provider
from providers.registry import load
from verify.boot import open_stores
from verify.config import Settings
from verify.flows.sealing import open_credential, seal_credential
from verify.guarded import Guarded
from verify.models import Credential
from verify.models.vault import Vault
from verify.services import Services
from verify.store import unpooled_engine

#: of the provider's table in the file: there are none in it, nor in the environment
SETTING, SEALED = "credentials", "sealed"

#: retention class of their data keys: they live as long as their row
CLASS = "credential"

#: a data key belongs to somebody; these belong to the installation
NOBODY = UUID(int=0)

Secrets = Mapping[str, str]


@dataclass(frozen=True)
class Scope:
    """Whom a row is for; None: for all."""

    provider: str
    application_id: UUID | None = None
    capability: Capability | None = None


def signer(name: str, capability: Capability, application_id: UUID | None, services: Services) -> Provider:
    """The provider as this call signs. The closest row counts: of both, the application, the capability, all.

    Raises Misconfigured.
    """
    rows = services.board().credentials
    for key in closest(capability, application_id):
        row_id = rows.get((name, *key))
        if row_id is not None:
            return _made(row_id, name, services)
    return services.providers[name]


def closest(capability: Capability, application_id: UUID | None) -> tuple[tuple[UUID | None, str | None], ...]:
    """Whom rows are for, in the order they count."""
    return ((application_id, capability), (application_id, None), (None, capability), (None, None))


def is_by_application(name: str, services: Services) -> bool:
    """True when it must be known whose call it is."""
    return any(key[0] == name and key[1] is not None for key in services.board().credentials)


def signing(name: str, services: Services) -> Iterator[tuple[Scope, Provider]]:
    """Each that signs for this provider, and for whom; what cannot be made is left out."""
    if name not in services.providers:
        return
    rows = services.board().credentials
    if (name, None, None) not in rows:
        yield Scope(name), services.providers[name]
    for key, row_id in rows.items():
        if key[0] == name:
            try:
                yield Scope(name, key[1], Capability(key[2]) if key[2] else None), _made(row_id, name, services)
            except Misconfigured:
                continue


def checked(name: str, headers: Mapping[str, str], body: bytes, services: Services) -> CallbackHint | None:
    """A callback in our words, by whichever credentials it checks; None where by none."""
    for _, provider in signing(name, services):
        try:
            return provider.callback(headers, body)
        except BadCallback:
            continue
    return None


def _made(row_id: UUID, name: str, services: Services) -> Provider:
    """The adapter that signs with this row: made when first asked for, for as long as the process lives."""
    notebook = services.notebook
    with notebook.lock:
        if row_id not in notebook.signers:
            provider = load(name, with_secrets(services.settings.providers[name], _opened(row_id, services)))
            notebook.signers[row_id] = Guarded(provider)
        return notebook.signers[row_id]


def with_secrets(options: Mapping[str, Any], secrets: Secrets) -> dict[str, Any]:
    """An adapter's options with these in place of what the file and the environment hold by their names."""
    left_out = {SETTING, *secrets, *(f"{setting}_env" for setting in secrets)}
    return {**{k: v for k, v in options.items() if k not in left_out}, **secrets}


def general(engine: Engine, vault: Vault) -> Callable[[str], Secrets]:
    """Reads the row for all of a provider, before there are services. Raises Misconfigured where there is none."""

    def read(name: str) -> Secrets:
        query = select(Credential).where(
            Credential.provider == name, Credential.application_id.is_(None), Credential.capability.is_(None)
        )
        with Session(engine) as session:
            row = session.scalars(query).one_or_none()
        if row is None:
            msg = f'provider {name}: credentials = "{SEALED}", but none are kept: realname providers credentials {name}'
            raise Misconfigured(msg)
        return _open(row, vault)

    return read


def of_stores(settings: Settings) -> Callable[[str], Secrets]:
    """The same where nothing is open: both stores are opened only if a provider needs it."""

    def read(name: str) -> Secrets:
        _, vault = open_stores(settings)
        engine = unpooled_engine(settings.database_url)
        try:
            return general(engine, vault)(name)
        finally:
            engine.dispose()
            vault.engine.dispose()

    return read


def put(scope: Scope, secrets: Secrets, services: Services) -> None:
    """Keep them in place of those before, whose data key is destroyed. Raises Misconfigured for what no key is."""
    load(scope.provider, with_secrets(services.settings.providers[scope.provider], secrets)).close()
    row_id = uuid7()
    keys = services.vault.create(NOBODY, row_id, [CLASS])
    row = Credential(
        id=row_id,
        provider=scope.provider,
        application_id=scope.application_id,
        capability=scope.capability,
        secret_ct=seal_credential(keys, row_id, json.dumps(dict(secrets))),
        set_at=services.clock(),
    )
    _replace(scope, row, services)


def remove(scope: Scope, services: Services) -> bool:
    """Forget them; False where there were none."""
    return bool(_replace(scope, None, services))


def _replace(scope: Scope, row: Credential | None, services: Services) -> list[UUID]:
    with services.write() as session:
        former = delete(Credential).where(
            Credential.provider == scope.provider,
            Credential.application_id.is_not_distinct_from(scope.application_id),
            Credential.capability.is_not_distinct_from(scope.capability),
        )
        gone = list(session.scalars(former.returning(Credential.id).execution_options(synchronize_session=False)))
        if row is not None:
            session.add(row)
    for row_id in gone:
        services.vault.shred(row_id)
    services.notebook.forget()
    return gone


def known(services: Services) -> dict[tuple[str, UUID | None, str | None], datetime]:
    """When each was set; never what it is."""
    with services.read() as session:
        columns = (Credential.provider, Credential.application_id, Credential.capability, Credential.set_at)
        return {(row[0], row[1], row[2]): row[3] for row in session.execute(select(*columns).order_by(Credential.id))}


def _opened(row_id: UUID, services: Services) -> Secrets:
    engine = services.session().get_bind()
    with Session(engine) as session:  # of its own: whoever asks may be between two transactions
        row = session.get(Credential, row_id)
    if row is None:
        msg = "these credentials were replaced a moment ago"
        raise Misconfigured(msg)
    return _open(row, services.vault)


def _open(row: Credential, vault: Vault) -> Secrets:
    try:
        opened: Secrets = json.loads(open_credential(vault.keys(row.id), row.id, row.secret_ct))
    except KeyShredded:
        msg = f"provider {row.provider}: these credentials were replaced a moment ago"
        raise Misconfigured(msg) from None
    return opened
