"""What a store of blobs is."""

from collections.abc import Iterable, Iterator
from typing import Protocol


class BlobUnavailable(Exception):
    """The store does not answer or refuses; nothing is known of the blob. Carries the class of the error only."""


class NoBlob(Exception):
    """There is no such blob."""


class Blobs(Protocol):
    """Blobs by name, a name being letters, digits and hyphens. No transaction may be open around a call.

    Every method raises BlobUnavailable.
    """

    def put(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write it whole or not at all."""
        ...

    def get(self, name: str) -> Iterator[bytes]:
        """In pieces. Raises NoBlob, at once or at the first piece."""
        ...

    def delete(self, name: str) -> None:
        """Deleting what is gone already succeeds."""
        ...
