"""The bank-card flow as an integrator writes it over the generated Python client; the path of that client comes
first on the command line, then the service's URL and a test key. Prints how it ended."""

import sys
from io import BytesIO
from pathlib import Path
from typing import Any

generated, base_url, key, portrait = sys.argv[1:]
sys.path.insert(0, generated)

from realname_client import AuthenticatedClient  # noqa: E402
from realname_client.api.steps import (  # noqa: E402
    get_consent_notice,
    submit_bank_card,
    submit_consent,
    submit_face,
    submit_sms_code,
)
from realname_client.api.verifications import create_verification, get_verification  # noqa: E402
from realname_client.models import (  # noqa: E402
    BankCard,
    Consent,
    NewVerification,
    NewVerificationMethod,
    NewVerificationType,
    SmsCode,
)
from realname_client.types import File  # noqa: E402

from providers.testing.identities import adult, card, mobile  # noqa: E402

server = AuthenticatedClient(base_url=base_url, token=key)
made: Any = create_verification.sync(
    client=server,
    body=NewVerification(
        type_=NewVerificationType.PERSONAL, method=NewVerificationMethod.BANK_CARD, account_ref="acct-python"
    ),
)
browser = AuthenticatedClient(base_url=base_url, token=made.client_token)
notice: Any = get_consent_notice.sync(made.id, client=browser)
granted = [item.id for item in notice.items if item.required]
submit_consent.sync(
    made.id,
    client=browser,
    body=Consent(policy_version=notice.policy_version, notice_id=notice.notice_id, granted=granted),
)
who = adult(11)
submit_bank_card.sync(
    made.id,
    client=browser,
    body=BankCard(name=who.name, id_number=who.id_number, card_number=card(11), mobile=mobile(11)),
)
submit_sms_code.sync(made.id, client=browser, body=SmsCode(code="246810"))
submit_face.sync(made.id, client=browser, body=File(BytesIO(Path(portrait).read_bytes())))
ended: Any = get_verification.sync(made.id, client=browser)
sys.stdout.write(ended.status)
