"""Checkpoints of the record: the Merkle root of some events, signed, each holding the hash of the one before.

A leaf is RFC 6962's hash of an event's own hash. The list of leaves beside a checkpoint says which event is which:
52 bytes each, chain id 16, seq u32, leaf 32, in the tree's order.

A checkpoint without events may tell of a restore: that the database came back from a backup, and which checkpoints it
lost by that. It has a first line of its own, so that no reader passes over it.
"""

import base64
import hashlib
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from crypto import merkle, notes
from crypto.keyring import Key
from crypto.notes import BadNote, Signer, Verifier

ORIGIN = "realname-audit/1"
RESTORED = "realname-restore/1"
TIME = "%Y-%m-%dT%H:%M:%S.%fZ"
NO_PREVIOUS = bytes(32)

_LEAF = struct.Struct(">16sI32s")


@dataclass(frozen=True)
class Leaf:
    """``chain`` is the verification or the account whose ``seq``-th event it is."""

    chain: UUID
    seq: int
    hash: bytes


@dataclass(frozen=True)
class Lost:
    """Checkpoints that a restore left behind, one after another; ``digest`` is the last one's, which holds the rest."""

    first: int
    last: int
    events: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.first} {self.last} {self.events} {_base64(self.digest)}"

    @classmethod
    def parse(cls, text: str) -> "Lost":
        """Raises ValueError."""
        first, last, events, digest = text.split(" ")
        return cls(int(first), int(last), int(events), base64.b64decode(digest, validate=True))


@dataclass(frozen=True)
class Restore:
    """Who says that the database came back, and from a backup of when. ``by`` is one line of printable text."""

    backup: datetime
    by: str
    lost: tuple[Lost, ...] = ()

    def __post_init__(self) -> None:
        if not self.by.isprintable() or self.by.strip() != self.by or not self.by:
            msg = "a name is one line of printable text"
            raise ValueError(msg)

    @property
    def lines(self) -> list[tuple[str, object]]:
        return [("backup", _written(self.backup)), ("by", self.by), *(("lost", lost) for lost in self.lost)]


@dataclass(frozen=True)
class Checkpoint:
    """Nothing created before ``through`` came later, but for transactions then under way.

    ``first`` is the earliest event's time, or ``through`` where there are no events.
    """

    number: int
    events: int
    root: bytes
    previous: bytes
    first: datetime
    through: datetime
    time: datetime
    verifier: Verifier
    #: the key that may sign after this one
    successor: Verifier | None = None
    restore: Restore | None = None

    @property
    def text(self) -> str:
        lines: list[tuple[str, object]] = [
            ("number", self.number),
            ("events", self.events),
            ("root", _base64(self.root)),
            ("previous", _base64(self.previous)),
            ("first", _written(self.first)),
            ("through", _written(self.through)),
            ("time", _written(self.time)),
            ("key", self.verifier),
        ]
        if self.successor is not None:
            lines.append(("successor", self.successor))
        if self.restore is not None:
            lines += self.restore.lines
        origin = ORIGIN if self.restore is None else RESTORED
        return f"{origin}\n" + "".join(f"{name} {value}\n" for name, value in lines)


def signer(key: Key) -> Signer:
    """What an audit key signs with."""
    return Signer(f"realname-audit-{key.id.hex()}", key.secret)


def read(note: str) -> Checkpoint:
    """The checkpoint of a note, signed by the key it names itself: whether to trust that one is the caller's part.

    Raises BadNote.
    """
    origin, *lines = note.rpartition("\n\n")[0].split("\n")
    pairs = [(name, value) for name, _, value in (line.partition(" ") for line in lines)]
    given = dict(pairs)
    try:
        found = Checkpoint(
            number=int(given["number"]),
            events=int(given["events"]),
            root=base64.b64decode(given["root"], validate=True),
            previous=base64.b64decode(given["previous"], validate=True),
            first=_time(given["first"]),
            through=_time(given["through"]),
            time=_time(given["time"]),
            verifier=Verifier.parse(given["key"]),
            successor=Verifier.parse(given["successor"]) if "successor" in given else None,
            restore=_restore(pairs) if origin == RESTORED else None,
        )
    except (KeyError, ValueError):
        msg = "not a checkpoint"
        raise BadNote(msg) from None
    if notes.opened(note, found.verifier) != found.text:
        msg = "not a checkpoint"
        raise BadNote(msg)
    return found


def _restore(pairs: Sequence[tuple[str, str]]) -> Restore:
    """Raises KeyError, ValueError."""
    given = dict(pairs)
    lost = tuple(Lost.parse(value) for name, value in pairs if name == "lost")
    return Restore(_time(given["backup"]), given["by"], lost)


def digest(note: str) -> bytes:
    """What the next checkpoint holds of this one."""
    return hashlib.sha256(note.encode()).digest()


def leaf_of(chain: UUID, seq: int, event_hash: bytes) -> Leaf:
    return Leaf(chain, seq, merkle.leaf(event_hash))


def pack(leaves: Iterable[Leaf]) -> bytes:
    return b"".join(_LEAF.pack(leaf.chain.bytes, leaf.seq, leaf.hash) for leaf in leaves)


def unpack(packed: bytes) -> list[Leaf]:
    """Raises BadNote."""
    if len(packed) % _LEAF.size:
        msg = "not a list of leaves"
        raise BadNote(msg)
    return [Leaf(UUID(bytes=chain), seq, found) for chain, seq, found in _LEAF.iter_unpack(packed)]


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(TIME)


def _time(text: str) -> datetime:
    return datetime.strptime(text, TIME).replace(tzinfo=UTC)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
