"""The evidence pack: policies, consents, retention, disclosures, registers, the record, access and erasures.

Read in one snapshot, streamed row by row.
"""

from importlib.resources import files
from typing import IO

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from crypto.notes import Signer
from verify.models import Checkpoint
from verify.policies import POLICIES
from verify.record.pack import Pack
from verify.record.parts import PARTS, Span, notices, pretty
from verify.services import Services

FORMAT = "realname-evidence/1"

#: in whose name it is signed
NAME = "realname-evidence"

#: files of this package that go along
CARRIED = {
    "README.en.md": "pack_readme.en.md",
    "README.zh-CN.md": "pack_readme.zh-CN.md",
    "audit/verify_audit.py": "verify_audit.py",
}


def write(file: IO[bytes], span: Span, services: Services) -> int:
    """The number of files written. Memory does not grow with the record."""
    pack = Pack(file)
    with services.read(streams=True) as session:
        _take_snapshot(session)
        for name, source in sorted(CARRIED.items()):
            pack.add(name, [files(__package__ or "").joinpath(source).read_bytes()])
        for policy in POLICIES:
            for locale, words in policy.texts.items():
                pack.add(f"policies/{policy.version}/{locale}.md", [words])
        for name, content in notices(session, span):
            pack.add(f"consents/notices/{name}.json", [content])
        for name, part in PARTS.items():
            pack.add(name, part(session, services, span))
        pack.add("MANIFEST.json", [_manifest(session, span, sorted(pack.sums))])
    pack.close(signer(services))
    return len(pack.sums)


def signer(services: Services) -> Signer:
    return Signer(NAME, services.keyring.primary("audit").secret)


def _take_snapshot(session: Session) -> None:
    """SQLite's read transaction is one."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


def _manifest(session: Session, span: Span, names: list[str]) -> str:
    return pretty(
        {
            "format": FORMAT,
            "from": span.begins.isoformat(),
            "until": span.ends.isoformat(),
            "application": str(span.application) if span.application else None,
            "last_checkpoint": session.scalar(select(func.max(Checkpoint.number))),
            "files": names,
        }
    )
