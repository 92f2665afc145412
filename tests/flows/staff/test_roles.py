import pytest

from verify.flows.staff.roles import ROLES, Permission, permissions

P = Permission


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        ("reviewer", P.DECIDE, P.CONFIRM),
        ("reviewer", P.REVEAL, P.STEER),
        ("supervisor", P.CONFIRM, P.STAFF),
        ("auditor", P.EXPORT, P.REVEAL),
        ("auditor", P.AUDIT, P.DECIDE),
        ("administrator", P.STAFF, P.SEE),
    ],
)
def test_a_role_allows_its_work_and_no_more(role: str, may: Permission, may_not: Permission) -> None:
    assert may in ROLES[role]
    assert may_not not in ROLES[role]


def test_no_single_role_may_do_everything() -> None:
    assert all(allowed != frozenset(P) for allowed in ROLES.values())


def test_an_unknown_role_allows_nothing() -> None:
    assert permissions(["root"]) == frozenset()
    assert permissions([]) == frozenset()
