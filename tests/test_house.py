"""House rules kept as checks: directions of import, one writer, one door, authentication on each route."""

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

from verify.auth import UNDECLARED, demand_of

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
    "verify/jobs": ("verify.api", "verify.ops", "verify.pages"),
}

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
        if within(name, banned)
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


@pytest.mark.parametrize(("attribute", "writer"), [("status", "states.py"), ("progress", "progress.py")])
def test_status_and_progress_have_one_writer(attribute: str, writer: str) -> None:
    assert [p.name for p in modules("verify") if _assigned(p, attribute)] == [writer]


def test_a_transfers_status_has_one_writer() -> None:
    written = [p for p in modules("verify") if re.search(r"\b(transfer|part)\.status = ", p.read_text("utf-8"))]
    assert [str(p.relative_to(ROOT)) for p in written] == ["verify/flows/transfers/states.py"]


@pytest.mark.parametrize(
    ("called", "door"),
    [
        (r"\bprovider\.call\(", "disclosure.py"),
        (r"\bprovider\.read_back\(", "disclosure.py"),
        (r"\bkeys\.open\(", "sealing.py"),
    ],
)
def test_providers_and_sealed_data_have_one_door(called: str, door: str) -> None:
    assert [p.name for p in modules("verify") if re.search(called, p.read_text("utf-8"))] == [door]


def test_every_route_declares_who_may_call_it(app: Flask) -> None:
    undeclared = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in UNDECLARED and demand_of(app.view_functions[rule.endpoint]) is None
    ]
    assert undeclared == []


def test_every_operation_has_an_id_of_its_own(app: Flask) -> None:
    document = app.test_client().get("/openapi.json").json
    ids = [
        operation.get("operationId")
        for path in document["paths"].values()
        for verb, operation in path.items()
        if verb in {"get", "post", "put", "patch", "delete"}
    ]
    assert None not in ids
    assert len(ids) == len(set(ids))
