import re

import pytest
from sqlalchemy import select

from crypto.hashing import token_digest
from tests.conftest import NOW, Keys
from verify.auth import SCOPES
from verify.keys import issue_key
from verify.models import ApiKey, Application
from verify.services import Services


@pytest.mark.parametrize(("livemode", "prefix"), [(False, "rn_test_"), (True, "rn_live_")])
def test_a_token_has_256_bits_behind_a_prefix_that_tells_its_mode(
    services: Services, api_keys: Keys, livemode: bool, prefix: str
) -> None:
    with services.write() as session:
        application = session.scalars(select(Application.id)).one()
        key, token = issue_key(session, application, livemode, services.keyring.primary("pepper"), NOW, SCOPES)
    assert re.fullmatch(prefix + r"[A-Za-z0-9_-]{43}", token)
    assert (key.livemode, key.last4, tuple(key.scopes)) == (livemode, token[-4:], SCOPES)


def test_only_a_keyed_digest_of_a_token_is_kept(services: Services, api_keys: Keys) -> None:
    pepper = services.keyring.primary("pepper")
    with services.read() as session:
        kept = {tuple(row) for row in session.execute(select(ApiKey.digest, ApiKey.pepper_id))}
    assert kept == {(token_digest(pepper, token), pepper.id) for token in (api_keys.test, api_keys.live)}
