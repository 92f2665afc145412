import threading
from dataclasses import replace

import pytest

from crypto.live import LiveKeyring
from tests.conftest import Clock
from tests.custody.conftest import Told
from verify.config import ConfigurationError
from verify.custody import waiting, watch
from verify.custody.publishing import publish
from verify.models import readers
from verify.models.readers import Reader
from verify.services import Services

READER = Reader("web", host="host-a", pid=7)


@pytest.fixture
def database(both_databases: str) -> str:
    return both_databases


def test_with_nobody_there_is_nothing_to_wait_for(services: Services, out: Told) -> None:
    assert waiting.until_all_have(services, out.say) is False


def test_a_process_that_has_the_keyring_is_not_waited_for(services: Services, out: Told) -> None:
    readers.report(services.vault.engine, READER, services.keyring.snapshot, services.clock())
    assert waiting.until_all_have(services, out.say) is True
    assert out.lines == []


def test_a_process_that_lives_and_keeps_another_keyring_is_named(
    services: Services, out: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers.report(services.vault.engine, READER, services.keyring.snapshot, services.clock())
    publish(services, lambda k: k.with_pending("kek", services.clock()))
    monkeypatch.setattr(waiting, "PATIENCE", 0.05)
    with pytest.raises(ConfigurationError, match=r"process 7 \(web\) at host-a does not take over"):
        waiting.until_all_have(services, out.say)
    assert "waiting for 1 of 1 processes" in out


def test_a_process_that_says_nothing_for_long_is_dead(
    services: Services, out: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers.report(services.vault.engine, READER, services.keyring.snapshot, services.clock())
    publish(services, lambda k: k.with_pending("kek", services.clock()))
    monkeypatch.setattr(waiting, "SILENT", 0.05)
    assert waiting.until_all_have(services, out.say) is False


def test_a_process_long_gone_is_forgotten(services: Services, clock: Clock) -> None:
    readers.report(services.vault.engine, READER, services.keyring.snapshot, clock())
    clock.turn(hours=2)
    assert readers.known(services.vault.engine, clock()) == []
    readers.report(services.vault.engine, replace(READER, id=Reader("web").id), services.keyring.snapshot, clock())
    assert len(readers.known(services.vault.engine, clock())) == 1


def test_a_watching_process_takes_over_a_changed_keyring_and_tells(
    services: Services, out: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "LOOK_EVERY", 0.01)
    assert isinstance(services.keyring, LiveKeyring)
    stop = watch.start(services, "web")
    try:
        publish(services, lambda k: k.with_pending("kek", services.clock()))
        assert _until(lambda: waiting.until_all_have(services, out.say))
    finally:
        stop.set()


def _until(holds: object, seconds: float = 5.0) -> bool:
    done = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if holds():  # type: ignore[operator]
            return True
        done.wait(0.02)
    return False
