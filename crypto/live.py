"""A keyring that follows its source: rotations reach running processes, and no request fails for them."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from crypto.errors import CryptoError, KeyMissing, KeyRetired
from crypto.keyring import Key, Keyring

log = logging.getLogger(__name__)

#: seconds after which a keyring is not used without a look at its source
MOST_STALE = 5.0

#: seconds until a source that could not be read is read again
RETRY_AFTER = 2.0


class Source(Protocol):
    """Where a keyring comes from. ``stamp`` changes when the keyring may have; asking costs little."""

    def stamp(self) -> object: ...

    def read(self) -> Keyring:
        """Raises CryptoError or OSError."""


class LiveKeyring:
    """A KeySource. ``accept`` is shown a changed keyring and raises CryptoError to refuse it.

    An unknown key id leads to one look at the source before it is an error. What cannot be read or is refused
    leaves the keyring as it was.
    """

    def __init__(self, source: Source, accept: Callable[[Keyring], None]) -> None:
        self._source = source
        self._accept = accept
        self._lock = threading.Lock()
        self._stamp = source.stamp()
        self._keyring = source.read()
        self._looked_at = time.monotonic()
        self._retry_at = 0.0

    def __repr__(self) -> str:
        return f"<LiveKeyring {len(self._keyring.keys)} keys>"

    @property
    def snapshot(self) -> Keyring:
        if time.monotonic() - self._looked_at > MOST_STALE:
            self.refresh(wait=False)
        return self._keyring

    def primary(self, purpose: str) -> Key:
        return self.snapshot.primary(purpose)

    def usable(self, purpose: str) -> list[Key]:
        return self.snapshot.usable(purpose)

    def key(self, purpose: str, key_id: bytes) -> Key:
        """As Keyring.key, after one look at the source for an id that is not known."""
        try:
            return self.snapshot.key(purpose, key_id)
        except KeyRetired:
            raise
        except KeyMissing:
            self.refresh()
            return self._keyring.key(purpose, key_id)

    def refresh(self, *, wait: bool = True) -> None:
        """Take over the source's keyring if it changed. Without ``wait``, leave it to a look already under way."""
        if not self._lock.acquire(blocking=wait):
            return
        try:
            self._refresh()
        finally:
            self._lock.release()

    def _refresh(self) -> None:
        now = time.monotonic()
        try:
            stamp = self._source.stamp()
            if stamp != self._stamp and now >= self._retry_at:
                keyring = self._source.read()
                self._accept(keyring)
                self._keyring, self._stamp = keyring, stamp
        except (CryptoError, OSError) as error:
            self._retry_at = now + RETRY_AFTER
            log.warning("keyring not taken over", extra={"error": type(error).__name__})
        self._looked_at = now
