"""What both verifiers say of a record: ours over the database, and the file that others have over an export."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from crypto import checkpoint
from verify.audit import Tally, first_break
from verify.record import anchors, export, outside, standing, tables
from verify.record.anchors import Anchored
from verify.record.tables import Compared
from verify.services import Services

SCRIPT = Path(__file__).parents[1] / "verify" / "record" / "verify_audit.py"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("verify_audit", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


THEIRS: Any = loaded()


def ours(services: Services, file: Path | None = None) -> str | None:
    """What `audit verify` would name first, chains before checkpoints; ``file`` is the copy outside."""
    trusted = [checkpoint.signer(key).verifier for key in services.keyring.snapshot.keys if key.purpose == "audit"]
    with services.read(streams=True) as session:
        found = first_break(session, Tally())
        differs = outside.difference(session, outside.read(file)) if file else None
        finding = differs or anchors.first_finding(session, services.clock(), trusted, Anchored())
        if found is None and finding is None:
            mismatch = tables.first_mismatch(session, services.clock(), Compared())
            return standing.odd_account(session) if mismatch is None else str(mismatch)
    if found is not None:
        return f"{found.verification}: event {found.seq} {found.reason}"
    return str(finding)


def theirs(services: Services, file: Path | None = None) -> str | None:
    with services.read(streams=True) as session:
        lines = list(export.lines(session, services))
    try:
        found = THEIRS.verify_export(lines, [])
        if file is not None:
            THEIRS.compare(found, THEIRS.outside(file), [])
    except THEIRS.Wrong as wrong:
        return str(wrong)
    return None
