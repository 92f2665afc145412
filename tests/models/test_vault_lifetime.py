"""A vault through years of use: whatever happens in whatever order, shredded is never readable, the rest always."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from crypto.errors import KeyShredded
from crypto.keyring import Keyring
from verify.models.keystore import KeyBase, make_engine
from verify.models.vault import Keys, Vault

NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
OWNERS = [UUID(int=number) for number in range(1, 4)]
CLASSES = ["identity", "bank"]

owners = st.sampled_from(OWNERS)
cases = st.integers(0, 3)
classes = st.sampled_from(CLASSES)


def opens(keys: Keys, case: UUID, sealed: bytes) -> bool:
    try:
        keys.open("a", case, sealed)
    except KeyShredded:
        return False
    return True


class Lifetime(RuleBasedStateMachine):
    """Sealed fields are kept for ever, as backups of the main store keep them."""

    @initialize()
    def open_a_store(self) -> None:
        self.folder = TemporaryDirectory()
        self.engine = make_engine(f"sqlite:///{Path(self.folder.name) / 'keys.db'}")
        KeyBase.metadata.create_all(self.engine)
        self.keyring = Keyring.generate(NOW)
        self.alive: dict[tuple[UUID, UUID, str], list[bytes]] = {}
        self.erased: list[tuple[UUID, bytes]] = []
        self.restart()

    def teardown(self) -> None:
        if hasattr(self, "engine"):
            self.engine.dispose()
            self.folder.cleanup()

    @rule()
    def restart(self) -> None:
        self.keyring = Keyring.parse(self.keyring.dump())
        self.vault = Vault(self.engine, self.keyring, lambda: NOW)
        self.vault.check_registry()

    @rule(owner=owners, case=cases, name=classes)
    def seal(self, owner: UUID, case: int, name: str) -> None:
        verification = UUID(int=owner.int * 16 + case)
        sealed = self.vault.create(owner, verification, [name]).seal(name, "a", verification, name.encode())
        self.alive.setdefault((owner, verification, name), []).append(sealed)

    @rule(owner=owners, case=cases, name=classes)
    def shred(self, owner: UUID, case: int, name: str) -> None:
        verification = UUID(int=owner.int * 16 + case)
        gone = [key for key in self.alive if key[1:] == (verification, name)]
        assert self.vault.shred(verification, [name]) == len(gone)
        self._erase(gone)

    @rule(owner=owners)
    def shred_owner(self, owner: UUID) -> None:
        gone = [key for key in self.alive if key[0] == owner]
        assert self.vault.shred_owner(owner) == len(gone)
        self._erase(gone)

    def _erase(self, keys: list[tuple[UUID, UUID, str]]) -> None:
        for key in keys:
            self.erased += [(key[1], sealed) for sealed in self.alive.pop(key)]

    @rule(purpose=st.sampled_from(["kek", "index", "pepper", "audit"]))
    def rotate(self, purpose: str) -> None:
        self.keyring = self.keyring.with_new_primary(purpose, NOW)
        self.restart()

    @rule(limit=st.integers(1, 5))
    def rewrap(self, limit: int) -> None:
        self.vault.rewrap(limit)

    @precondition(lambda self: len(self.keyring.usable("kek")) > 1)
    @rule()
    def retire(self) -> None:
        while self.vault.rewrap(100):
            pass
        active = {key.id for key in self.keyring.usable("kek")[1:]}
        self.keyring = Keyring(replace(k, state="retired") if k.id in active else k for k in self.keyring.keys)
        self.restart()
        self.keyring = Keyring(key for key in self.keyring.keys if key.usable)
        self.restart()

    @invariant()
    def what_lives_opens_and_what_was_erased_does_not(self) -> None:
        found = self.vault.many([case for _, case, _ in self.alive] + [case for case, _ in self.erased])
        for (_, case, name), fields in self.alive.items():
            assert {found[case].open("a", case, sealed) for sealed in fields} == {name.encode()}
        assert not any(opens(found[case], case, sealed) for case, sealed in self.erased)


TestLifetime = Lifetime.TestCase
TestLifetime.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
