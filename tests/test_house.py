"""House rules kept as checks: directions of import, one writer, one door, authentication on each route."""

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from verify.auth import UNDECLARED, demand_of
from verify.flows.retagging import TAGGED

ROOT = Path(__file__).parent.parent

#: package → what it must not import (architecture.md)
FORBIDDEN = {
    "crypto": ("verify", "providers", "flask", "sqlalchemy", "requests"),
    "providers": ("verify", "crypto", "sqlalchemy", "huey", "flask"),
    "verify/models": ("verify.flows", "verify.api", "verify.jobs", "flask"),
    "verify/outbound": ("flask", "sqlalchemy", "verify.models", "verify.flows", "verify.api", "verify.jobs"),
    "verify/notifiers": ("flask", "sqlalchemy", "verify.models", "verify.flows", "verify.api", "verify.jobs"),
    "verify/flows": ("flask", "verify.api", "verify.jobs", "verify.auth", "verify.boot"),
    "verify/api": ("verify.jobs", "verify.ops", "verify.pages"),
    "verify/pages": ("verify.api", "verify.jobs", "verify.ops"),
    "verify/ops": ("verify.api", "verify.jobs", "verify.pages", "providers.registry"),
    "verify/jobs": ("verify.api", "verify.ops", "verify.pages"),
}

#: sealers ask services of others, and one file does it for all
ALLOWED = {("crypto/sealers/exchange.py", "requests")}

#: where a vendor may be named
VENDORS = re.compile(r"tencent|aliyun|alibaba|alipay", re.IGNORECASE)


def modules(package: str) -> list[Path]:
    return [p for p in (ROOT / package).rglob("*.py") if "testing" not in p.parts]


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


@pytest.mark.parametrize("package", FORBIDDEN)
def test_imports_go_one_way(package: str) -> None:
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in modules(package)
        for name in imported(path)
        for banned in FORBIDDEN[package]
        if within(name, banned) and (str(path.relative_to(ROOT)), banned) not in ALLOWED
    ]
    assert wrong == []


def test_a_vendors_module_is_imported_by_the_registry_alone() -> None:
    vendors = {f"providers.{p.stem}" for p in (ROOT / "providers").glob("*.py")} - {
        "providers.base",
        "providers.registry",
        "providers.__init__",
    }
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}" for path in modules("verify") for name in imported(path) & vendors
    ]
    assert wrong == []


def test_a_vendor_is_named_in_providers_only() -> None:
    assert [str(p.relative_to(ROOT)) for p in modules("verify") if VENDORS.search(p.read_text("utf-8"))] == []


def _assigned(path: Path, attribute: str) -> bool:
    return any(
        isinstance(target, ast.Attribute) and target.attr == attribute and _is_verification(target)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Assign | ast.AugAssign)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
    )


def _is_verification(target: ast.Attribute) -> bool:
    return isinstance(target.value, ast.Name) and target.value.id in {"verification", "found", "case"}


@pytest.mark.parametrize(
    ("attribute", "writer"),
    [
        ("status", "states.py"),
        ("progress", "progress.py"),
        ("last_error", "troubles.py"),
        ("stalled_at", "troubles.py"),
    ],
)
def test_what_states_how_a_case_stands_has_one_writer(attribute: str, writer: str) -> None:
    assert [p.name for p in modules("verify") if _assigned(p, attribute)] == [writer]


def test_a_transfers_status_has_one_writer() -> None:
    written = [p for p in modules("verify") if re.search(r"\b(transfer|part)\.status = ", p.read_text("utf-8"))]
    assert [str(p.relative_to(ROOT)) for p in written] == ["verify/flows/transfers/states.py"]


@pytest.mark.parametrize(
    ("called", "door"),
    [
        (r"\bpermitted\(", "disclosure.py"),
        (r"\bprovider\.call\(", "disclosure.py"),
        (r"\bprovider\.read_back\(", "disclosure.py"),
        (r"\bprovider\.erase\(", "disclosure.py"),
        (r"\bkeys\.open\(", "sealing.py"),
    ],
)
def test_providers_and_sealed_data_have_one_door(called: str, door: str) -> None:
    calling = [p.name for p in modules("verify") if re.search(called, p.read_text("utf-8"))]
    assert [name for name in calling if name != "guarded.py"] == [door]


def test_every_kind_of_value_that_is_tagged_is_tagged_anew_when_the_index_key_rotates() -> None:
    used = {
        kind
        for path in modules("verify/flows")
        for kind in re.findall(r'limits\.(?:seen|counter)\(\s*"([a-z_.]+)"', path.read_text("utf-8"))
    }
    assert used
    assert used - {kind for kind, _ in TAGGED.values()} == set()


def test_every_route_declares_who_may_call_it(app: Flask) -> None:
    undeclared = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in UNDECLARED and demand_of(app.view_functions[rule.endpoint]) is None
    ]
    assert undeclared == []


def operations(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    paths = document["paths"].values()
    found = [one for path in paths for one in path.values() if isinstance(one, dict) and "responses" in one]
    ids = [one.get("operationId") for one in found]
    assert None not in ids
    assert len(ids) == len(set(ids))
    return {one["operationId"]: one for one in found}


def test_an_operation_id_that_was_published_stays_and_a_new_one_is_put_on_the_list(app: Flask) -> None:
    """Generated clients are named by them: tests/api/operation_ids.txt grows and never shrinks."""
    published = set((ROOT / "tests/api/operation_ids.txt").read_text("utf-8").split())
    assert set(operations(app.test_client().get("/openapi.json").json)) == published


def test_every_operation_is_told_of_in_verify_api_told(app: Flask) -> None:
    """A sentence, a description, and an example of each body that is JSON."""
    found = operations(app.test_client().get("/openapi.json").json)
    bare = [name for name, one in found.items() if not one.get("summary") or not one.get("description")]
    bare += [
        f"{name} {status}"
        for name, operation in found.items()
        for status, part in {"sent": operation.get("requestBody", {}), **operation["responses"]}.items()
        for kind, media in part.get("content", {}).items()
        if kind.endswith("json") and "example" not in media and not media.get("examples")
    ]
    assert bare == []
