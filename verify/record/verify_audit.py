#!/usr/bin/env python3
"""Verify a record exported by `realname audit export`, or a proof by `realname audit prove`, without Realname's code.

    verify_audit.py FILE [--key KEY]... [--checkpoints FILE]

KEY is a public key as `realname audit key` prints it; keep it yourself, since a key that came with the record proves
nothing. --checkpoints names the file of REALNAME_AUDIT_FILE. Needs Python 3.11 and the package cryptography. The
formats: RFC 6962 (Merkle trees), C2SP signed-note, and docs/audit.md. Ends with 1 and names what does not fit.
"""

import argparse
import base64
import hashlib
import json
import struct
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, NoReturn
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ORIGIN, RESTORED = "realname-audit/1", "realname-restore/1"
SLACK = timedelta(minutes=5)
LEAF = struct.Struct(">16sI32s")
PROOF = '"realname-audit-proof/1"'

#: of exports; the first said nothing of what stands beside a payload
EXPORTS = ("realname-audit-export/1", "realname-audit-export/2")


class Wrong(Exception):
    """What does not fit, in words."""


def require(holds: object, words: str) -> None:
    if not holds:
        raise Wrong(words)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def leaf_of(event_hash: bytes) -> bytes:
    return sha256(b"\x00" + event_hash)


def split_of(size: int) -> int:
    """The largest power of two below ``size``."""
    return 1 << (size - 1).bit_length() - 1


def merkle_root(leaves: list[bytes]) -> bytes:
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha256(b"")
    split = split_of(len(leaves))
    return node(merkle_root(leaves[:split]), merkle_root(leaves[split:]))


def root_by_path(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """RFC 6962, 2.1.1 read backwards."""
    require((size == 1) == (not path), "its proof has a wrong length")
    if size == 1:
        return leaf
    split = split_of(size)
    if index < split:
        return node(root_by_path(leaf, index, split, path[:-1]), path[-1])
    return node(path[-1], root_by_path(leaf, index - split, size - split, path[:-1]))


def event_hash(previous: bytes, seq: int, chain: str, payload: bytes) -> bytes:
    head = struct.pack(">32sQ16s32s", previous, seq, UUID(chain).bytes, sha256(payload))
    return sha256(b"rn.audit.v1\x00" + head)


def read_note(note: str) -> dict[str, str]:
    """Fields of a checkpoint whose signature is good under the key it names. Raises Wrong."""
    try:
        return _read_note(note)
    except (KeyError, ValueError, InvalidSignature):
        raise Wrong("it cannot be read, or its signature is wrong") from None


def _read_note(note: str) -> dict[str, str]:
    text, _, signature = note.rpartition("\n\n")
    origin, *lines = text.split("\n")
    fields = dict(line.split(" ", 1) for line in lines if not line.startswith("lost "))
    name, _, encoded = fields["key"].split("+", 2)
    key = base64.b64decode(encoded, validate=True)
    dash, signer, signed = signature.split(" ")
    raw = base64.b64decode(signed.strip(), validate=True)
    require(origin in {ORIGIN, RESTORED} and dash == "\u2014" and signer == name, "it is no checkpoint")
    require(key[:1] == b"\x01" and raw[:4] == sha256(f"{name}\n".encode() + key)[:4], "it is signed by another key")
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(raw[4:], f"{text}\n".encode())
    return fields


class Restore(NamedTuple):
    """An operator's word that the database came back from a backup."""

    number: int
    fields: dict[str, str]
    #: first, last, events and hash of the last, of checkpoints that followed one another
    lost: list[tuple[int, int, int, bytes]]

    def __str__(self) -> str:
        lost = ", ".join(f"checkpoints {first} to {last} with {events} events" for first, last, events, _ in self.lost)
        return (
            f"checkpoint {self.number} tells of a restore: on {self.fields['time']}, from a backup of "
            f"{self.fields['backup']}, by {self.fields['by']}; lost: {lost or 'nothing that stood outside'}"
        )


def restore_in(note: str) -> Restore | None:
    """Raises Wrong."""
    if not note.startswith(f"{RESTORED}\n"):
        return None
    fields, lost = read_note(note), []
    try:
        for line in note.partition("\n\n")[0].split("\n"):
            if line.startswith("lost "):
                first, last, events, digest = line.split(" ")[1:]
                lost.append((int(first), int(last), int(events), base64.b64decode(digest, validate=True)))
        return Restore(int(fields["number"]), {name: fields[name] for name in ("time", "backup", "by", "key")}, lost)
    except (KeyError, ValueError):
        raise Wrong("what it tells of a restore cannot be read") from None


def years_after(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + years, day=28)


class Signed(NamedTuple):
    """What a checkpoint says of one event."""

    checkpoint: int
    leaf: bytes
    #: from when it may be deleted, and before when it cannot have been created
    may_go: datetime
    after: datetime | None


class Record:
    """An export, read line by line."""

    def __init__(self, head: dict[str, Any], given: list[str]) -> None:
        require(head.get("format") in EXPORTS, "it is no export that this program knows")
        self.has_columns = head["format"] != EXPORTS[0]
        self.owner: dict[str, Any] = {}
        self.given = given
        self.restores: list[Restore] = []
        self.years = int(head["years"])
        self.now = datetime.fromisoformat(head["exported_at"])
        self.keys: set[str] = set()
        self.notes: dict[int, str] = {}
        self.through: datetime | None = None
        self.signed: dict[tuple[str, int], Signed] = {}
        self.unlisted: set[int] = set()
        self.chain = ""
        self.last = self.seen = self.events = self.over = self.unsigned = 0
        self.head = self.before = bytes(32)

    def checkpoint(self, note: str, leaves: str | None) -> None:
        number = len(self.notes) + 1
        previous = sha256(self.notes[number - 1].encode()) if self.notes else bytes(32)
        try:
            fields = read_note(note)
            require(fields["number"] == str(number), "one is missing before it")
            require(base64.b64decode(fields["previous"]) == previous, "it does not go on from the one before")
            restore = restore_in(note)
            known = not self.keys or fields["key"] in self.keys
            # a record that came back may be older than the key: then it is one that whoever verifies gave
            require(
                known or (restore is not None and fields["key"] in self.given),
                "it is signed by a key that no checkpoint before it names",
            )
            self._list(number, fields, leaves)
        except Wrong as wrong:
            raise Wrong(f"checkpoint {number}: {wrong}") from None  # noqa: EM102
        self.restores += [restore] if restore else []
        self.keys |= {fields[name] for name in ("key", "successor") if name in fields}
        self.notes[number] = note
        self.through = datetime.fromisoformat(fields["through"])

    def _list(self, number: int, fields: dict[str, str], leaves: str | None) -> None:
        may_go = years_after(datetime.fromisoformat(fields["first"]), self.years)
        if leaves is None:
            require(may_go <= self.now, "its list of events is missing before their time is over")
            self.unlisted.add(number)
            return
        entries = list(LEAF.iter_unpack(base64.b64decode(leaves)))
        root = merkle_root([leaf for _, _, leaf in entries])
        require(root == base64.b64decode(fields["root"]), "its list of events was changed")
        for chain, seq, leaf in entries:
            self.signed[str(UUID(bytes=chain)), seq] = Signed(number, leaf, may_go, self.through)

    def begin(self, line: dict[str, Any]) -> None:
        self.end()
        self.chain, self.last, self.seen = line["chain"], line["last"], 0
        self.owner = line
        self.head, self.before = bytes.fromhex(line["head"] or "") or bytes(32), bytes(32)
        if line["deleted"]:
            # the hash that the first event left goes on from; its own checkpoint vouches for both
            require(self._may_be_gone(1, line["deleted"] + 1), self._words(1, "is missing"))
            self.seen, self.before = line["deleted"], bytes.fromhex(line["hash_before"])

    def event(self, line: dict[str, Any]) -> None:
        seq, found, payload = line["seq"], bytes.fromhex(line["hash"]), line["payload"].encode()
        follows = seq == self.seen + 1
        require(follows or self._may_be_gone(self.seen + 1, seq), self._words(self.seen + 1, "is missing"))
        intact = not follows or event_hash(self.before, seq, self.chain, payload) == found
        require(intact, self._words(seq, "was changed"))
        content = json.loads(payload)
        require(content["seq"] == seq, self._words(seq, "was moved"))
        if self.has_columns:
            self._compare_columns(seq, content, line["columns"])
        self._compare(seq, found, datetime.fromisoformat(content["created_at"]), line["checkpoint"])
        self.before, self.seen = found, seq
        self.events += 1

    def _compare_columns(self, seq: int, content: dict[str, Any], columns: dict[str, Any]) -> None:
        """A payload holds what stands beside it; one of the first format not all of it."""
        about = columns["about"]
        held = {name: content[name] for name in ("id", "type", "created_at")}
        require(content.get("format", 1) in {1, 2}, self._words(seq, "is of a format that this program does not know"))
        if content.get("format", 1) == 2:  # noqa: PLR2004 - the format
            held |= {name: content[name] for name in ("application", "livemode", "about")}
            held |= {"about_id": content.get(about), "sequence": content.get("sequence")}
        elif about in content:
            held["about_id"] = content[about]
        for name, value in held.items():
            require(columns[name] == value, self._words(seq, f"has another {name} beside it than was hashed"))
        if content.get("about") == "verification" and "account" in content:
            require(
                content["account"] == self.owner["account"], self._words(seq, "names another account than its chain")
            )
        for name in ("application", "livemode"):
            require(columns[name] == self.owner[name], self._words(seq, f"is of another {name} than its chain"))

    def _compare(self, seq: int, found: bytes, created_at: datetime, number: int | None) -> None:
        if number in self.unlisted:
            return
        signed = self.signed.pop((self.chain, seq), None)
        if signed is None:
            require(number is None, self._words(seq, f"was put in: checkpoint {number} does not hold it"))
            self.unsigned += 1
        else:
            changed = f"was changed: checkpoint {signed.checkpoint} holds another"
            require(signed.leaf == leaf_of(found), self._words(seq, changed))
        after = self.through if signed is None else signed.after
        require(after is None or created_at >= after - SLACK, self._words(seq, "was back-dated"))

    def _may_be_gone(self, first: int, end: int) -> bool:
        """True for entries whose time was over. The entry after them is compared with its checkpoint alone."""
        gone = [self.signed.pop((self.chain, seq), None) for seq in range(first, end)]
        self.over += len(gone)
        return all(self.unlisted if entry is None else entry.may_go <= self.now for entry in gone) and bool(gone)

    def _words(self, seq: int, what: str) -> str:
        return f"{self.chain}: event {seq} {what}"

    def end(self) -> None:
        """The chain must reach its head."""
        if not self.chain:
            return
        complete = self.seen == self.last or self._may_be_gone(self.seen + 1, self.last + 1)
        require(complete, self._words(min(self.seen, self.last) + 1, "is missing, or was added at the end"))
        is_head = self.seen != self.last or self.before == self.head
        require(is_head, self._words(self.last, "is not the head that is kept of its chain"))

    def finish(self) -> None:
        self.end()
        for (chain, seq), signed in sorted(self.signed.items()):
            require(
                signed.may_go <= self.now, f"{chain}: event {seq} is missing: checkpoint {signed.checkpoint} holds it"
            )
            self.over += 1


class Verified(NamedTuple):
    #: of the first and the last checkpoint, which vouch for those between; of every one of a proof
    keys: list[str]
    notes: dict[int, str]
    events: int
    unsigned: int
    over: int
    #: of an export; a proof holds only the checkpoints that it needs
    made_at: datetime | None = None
    restores: tuple[Restore, ...] = ()
    #: keys that its checkpoints are signed by or name
    known: frozenset[str] = frozenset()


class Compared(NamedTuple):
    """What of a record stands otherwise outside, and may."""

    newer: int
    #: numbers of its checkpoints that a restore since left behind
    lost: list[int]
    restores: list[Restore]


def verify_export(lines: list[str], given: list[str]) -> Verified:
    record = Record(json.loads(lines[0]), given)
    for at, text in enumerate(lines[1:], start=2):
        try:
            _take(record, json.loads(text))
        except (KeyError, TypeError, ValueError):
            raise Wrong(f"line {at} of the export cannot be read") from None  # noqa: EM102
    record.finish()
    keys = [read_note(record.notes[number])["key"] for number in sorted({1, len(record.notes)} & set(record.notes))]
    counts = record.events, record.unsigned, record.over
    return Verified(keys, record.notes, *counts, record.now, tuple(record.restores), frozenset(record.keys))


def _take(record: Record, line: dict[str, Any]) -> None:
    if "leaves" in line:
        record.checkpoint(line["checkpoint"], line["leaves"])
    elif "chain" in line:
        record.begin(line)
    else:
        record.event(line)


def verify_proof(proof: dict[str, Any]) -> Verified:
    notes = {int(number): note for number, note in proof["checkpoints"].items()}
    fields = {number: read_note(note) for number, note in notes.items()}
    before, unsigned = bytes(32), 0
    for seq, event in enumerate(proof["events"], start=1):
        words = f"{proof['chain']}: event {seq}"
        found = event_hash(before, seq, proof["chain"], event["payload"].encode())
        intact = event["seq"] == seq and found.hex() == event["hash"]
        require(intact, f"{words} was changed, or one is missing before it")
        before = found
        if "path" in event:
            _require_held(event, found, fields.get(event["checkpoint"]), words)
        unsigned += "path" not in event
    keys = [note["key"] for note in fields.values()]
    return Verified(keys, notes, len(proof["events"]), unsigned, 0, known=frozenset(keys))


def _require_held(event: dict[str, Any], found: bytes, note: dict[str, str] | None, words: str) -> None:
    words = f"{words} is not in checkpoint {event['checkpoint']}"
    if note is None:
        raise Wrong(words)
    require(str(event["size"]) == note["events"] and 0 <= event["index"] < event["size"], words)
    path = [bytes.fromhex(sibling) for sibling in event["path"]]
    require(root_by_path(leaf_of(found), event["index"], event["size"], path) == base64.b64decode(note["root"]), words)


def outside(path: Path) -> dict[int, list[str]]:
    """Checkpoints by number, each note once; a last line that was being written is passed over."""
    found: dict[int, dict[str, None]] = {}
    for at, line in enumerate(path.read_text("utf-8").splitlines(keepends=True), 1):
        if not line.endswith("\n"):
            continue
        try:
            note = json.loads(line)
            found.setdefault(int(read_note(note)["number"]), {})[note] = None
        except (Wrong, ValueError, AttributeError):
            raise Wrong(f"{path}: line {at} is no checkpoint") from None  # noqa: EM102
    return {number: list(notes) for number, notes in found.items()}


def compare(found: Verified, written: dict[int, list[str]], given: list[str]) -> Compared:
    """Each the record could hold must be the one written outside, but for what a restore tells to be lost."""
    told = [restore for note in every(written) if (restore := restore_in(note)) is not None]
    known = {*given, *found.known}
    restores = {r.number: r for r in [*told, *found.restores] if r.fields["key"] in known}
    lost = lost_by(restores.values(), written)
    newer = 0
    for number in sorted(written):
        notes = [note for note in written[number] if note not in lost]
        held = found.notes.get(number)
        if len(notes) > 1:
            ours = named(held) if held in notes else "none of them"
            refuse(number, f"a fork: outside stand {' and '.join(map(named, notes))}; the record holds {ours}")
        if not notes or held in lost:
            continue
        if held is not None and held != notes[0]:
            refuse(number, f"a fork: outside stands {named(notes[0])}, the record holds {named(held)}")
        if held is None and found.made_at is not None:
            came_later = number > max(found.notes, default=0) and _made_after(notes[0], found.made_at)
            if not came_later:
                refuse(number, f"missing, though it was written outside the database: {named(notes[0])}")
            newer += 1
    return Compared(newer, sorted(n for n, note in found.notes.items() if note in lost), list(restores.values()))


def lost_by(restores: Iterable[Restore], written: dict[int, list[str]]) -> set[str]:
    """Each last one that they name, and those before it down to the first."""
    by_digest = {sha256(note.encode()): note for note in every(written)}
    found: set[str] = set()
    for first, _, _, last in (lost for restore in restores for lost in restore.lost):
        note = by_digest.get(last)
        while note is not None and int((fields := read_note(note))["number"]) >= first:
            found.add(note)
            note = by_digest.get(base64.b64decode(fields["previous"]))
    return found


def every(written: dict[int, list[str]]) -> list[str]:
    return [note for notes in written.values() for note in notes]


def refuse(number: int, words: str) -> NoReturn:
    raise Wrong(f"checkpoint {number}: {words}")  # noqa: EM102


def named(note: str) -> str:
    """A checkpoint by what tells it from another of its number."""
    fields = read_note(note)
    digest = base64.b64encode(sha256(note.encode())).decode("ascii")
    return f"{digest} ({fields['time']}, {fields['key'].split('+')[0]})"


def _made_after(note: str, moment: datetime) -> bool:
    """By the time it was signed. One signed before an export is in it, whatever its events' times: no slack here."""
    return datetime.fromisoformat(read_note(note)["time"]) > moment


def verify(file: Path, checkpoints: Path | None, keys: list[str]) -> str:
    """The sentences that say what fits. Raises Wrong."""
    text = file.read_text("utf-8")
    is_proof = PROOF in text[:100]
    found = verify_proof(json.loads(text)) if is_proof else verify_export(text.splitlines(), keys)
    compared = compare(found, outside(checkpoints) if checkpoints else {}, keys)
    known = [key in keys for key in found.keys]
    require(not keys or (all(known) if is_proof else any(known)), "it is not signed by a key you gave")
    trust = "a key you gave signs" if keys else f"compare with the keys you know: {', '.join(sorted(set(found.keys)))}"
    signed = f"{found.events} events in {len(found.notes)} checkpoints fit; {found.unsigned} are not signed yet"
    said = [f"{signed}, {found.over} were deleted after their time; {trust}"]
    if compared.newer:
        said.append(f"the file is newer than the export: {compared.newer} checkpoints in it came later")
    if compared.lost:
        said.append(
            f"the database lost checkpoints {compared.lost[0]} to {compared.lost[-1]} of these in a restore since"
        )
    return "\n".join([*said, *map(str, compared.restores)])


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", action="append", default=[])
    parser.add_argument("--checkpoints", type=Path)
    given = parser.parse_args()
    try:
        sys.stdout.write(verify(given.file, given.checkpoints, given.key) + "\n")
    except Wrong as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
