"""One POST to a service that seals, and what its answer means. No secret gets into an error."""

from collections.abc import Mapping
from typing import Any

import requests

from crypto.errors import CryptoError

#: seconds to connect, and to wait for an answer
TIMEOUTS = (5, 10)

#: bytes; an answer holds one sealed key
LONGEST = 65_536


class SealerUnavailable(CryptoError):
    """The service that unseals does not answer, or refuses us. The keyring itself may be in order."""

    def __init__(self, sealer: str, why: str) -> None:
        super().__init__(f"{sealer} does not seal or unseal: {why}")


def post(sealer: str, url: str, headers: Mapping[str, str], verify: str | bool, **body: Any) -> tuple[int, Any]:  # noqa: FBT001 - requests' word
    """Status and JSON (None where it is none). Raises SealerUnavailable where there is no answer."""
    with requests.Session() as session:
        session.trust_env = False
        try:
            answer = session.post(
                url, headers=dict(headers), verify=verify, timeout=TIMEOUTS, allow_redirects=False, stream=True, **body
            )
            content = answer.raw.read(LONGEST + 1, decode_content=True)
        except (requests.RequestException, OSError) as error:
            raise SealerUnavailable(sealer, type(error).__name__) from None
    answer._content = content  # noqa: SLF001 - read with a bound, which requests has no word for
    try:
        return answer.status_code, answer.json()
    except ValueError:
        return answer.status_code, None
