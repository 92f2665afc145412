"""Enterprises as tests drive them: as far as a step, in a few words."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from providers.testing.enterprises import enterprise
from tests.caller import PORTRAIT, Caller, person
from tests.conftest import make_application
from tests.papers import pdf, scan
from verify.models import Document
from verify.services import Services


def enterprise_of(n: int = 1, name: str | None = None) -> dict[str, str]:
    """As its representative types it."""
    found = enterprise(n, name)
    return {
        "enterprise_name": found.name,
        "credit_code": found.credit_code,
        "industry": "软件和信息技术服务业",
        "products": "云服务",
    }


def in_person(n: int = 1) -> dict[str, Any]:
    """The legal representative acts."""
    return {"role": "legal_representative", **person(n)}


def authorized(n: int = 1, legal: int = 2) -> dict[str, Any]:
    """Another acts for the legal representative."""
    return {"role": "authorized_person", **person(n), "legal_representative": person(legal)}


def verified_person(server: Caller, account_ref: str = "acct-1001", n: int = 1) -> None:
    """The account's holder, verified by face."""
    made = server.create("face", account_ref)["id"]
    server.consent(made)
    server.step(made, "identity", person(n))
    server.step(made, "face", PORTRAIT)


def begin(server: Caller, method: str = "legal_representative", account_ref: str = "acct-1001") -> str:
    """An enterprise verification that owes its first step after consent."""
    made = server.create(method, account_ref, type="enterprise")["id"]
    server.consent(made)
    return str(made)


def company_only(app: Flask) -> Caller:
    """An application whose accounts need no verified person."""
    return Caller(app, make_application(app, "Companies", enterprise_requires_personal=False).test)


def to_representative(server: Caller, method: str = "legal_representative", name: str | None = None) -> str:
    """One whose licence was read, of an account whose holder is known where that is asked for."""
    settings = {"type": "enterprise", "method": method, "account_ref": "acct-1001"}
    if server.post("/v1/verifications", settings).status_code == 409:
        verified_person(server)
    else:
        server.post(f"/v1/verifications/{server.get('/v1/verifications').json['data'][0]['id']}/cancel")
    made = begin(server, method)
    server.step(made, "enterprise", enterprise_of(1, name))
    read_license(server, made)
    return made


def read_license(server: Caller, verification: str) -> dict[str, Any]:
    return give(server, verification, "license", scan())


def give(
    server: Caller, verification: str, step: str, paper: bytes, status: int = 200, **headers: str
) -> dict[str, Any]:
    """A paper as a raw body."""
    kind = "application/pdf" if paper.startswith(b"%PDF") else "image/jpeg"
    path = f"/v1/verifications/{verification}/steps/{step}"
    response = server.post(path, data=paper, content_type=kind, headers=headers)
    assert response.status_code == status, response.json
    return response.json


def give_letter(server: Caller, verification: str, valid_until: str = "2027-06-30") -> dict[str, Any]:
    return give(server, verification, f"authorization_letter?valid_until={valid_until}", pdf())


def corporate_account(name: str | None = None, ending: str = "1111") -> dict[str, str]:
    return {
        "account_number": f"6210000000001{ending}",
        "account_name": name or enterprise(1).name,
        "bank_name": "示例银行",
        "bank_province": "广东省",
        "bank_city": "深圳市",
        "bank_branch": "示例银行深圳分行",
    }


def documents_of(services: Services) -> list[Document]:
    """All that there are, as they stand in the database."""
    with services.read() as session:
        return list(session.scalars(select(Document).order_by(Document.id).execution_options(populate_existing=True)))
