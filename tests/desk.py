"""The console as a browser without scripts meets it."""

import re
from dataclasses import dataclass, field
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.staff import make_staff
from verify.flows.staff import sessions
from verify.flows.staff.desk import Staff
from verify.models import Operator
from verify.services import Services

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Desk:
    """One browser; ``page`` is the last one it was shown."""

    app: Flask
    client: FlaskClient = field(init=False)
    page: str = ""

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def get(self, path: str, status: int = 200) -> str:
        # a context of its own, as in a server
        with self.app.app_context():
            return self._shown(self.client.get(path), status)

    def post(self, path: str, status: int = 302, **form: str | list[str]) -> str:
        """With the CSRF token of the last page."""
        found = TOKEN.search(self.page)
        data = {"csrf_token": found[1] if found else "", **form}
        with self.app.app_context():
            return self._shown(self.client.post(path, data=data), status)

    def _shown(self, response: TestResponse, status: int) -> str:
        assert response.status_code == status, response.text[:2000]
        self.page = response.text if response.status_code != 302 else self.page
        return response.location or response.text if status == 302 else response.text


def seated(
    app: Flask, services: Services, login: str, *roles: str, applications: list[UUID] | None = None
) -> tuple[Desk, Staff]:
    """Somebody who has signed in."""
    who = make_staff(services, login, *roles, applications=applications)
    desk = Desk(app)
    with services.write() as session:
        operator = session.get_one(Operator, who.id)
        operator.password_set_at = operator.acknowledged_at = services.clock()
        operator.totp_step = 1
        token = sessions.open_session(session, who.id, services, is_full=True)
    with desk.client.session_transaction("/ops/") as cookie:
        cookie["_user_id"], cookie["_fresh"], cookie["locale"] = token, True, "en"
    return desk, who
