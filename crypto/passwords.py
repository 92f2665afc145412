"""Passwords of people, and the recovery codes that stand in for their second factor (crypto.md 5)."""

import base64
import hmac
import os
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from crypto.keyring import Key, KeySource

#: OWASP's second choice (Password Storage Cheat Sheet): 19 MiB, two passes, one lane
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)

#: as many at once as there are cores: more would only hold memory
_AT_ONCE = threading.BoundedSemaphore(os.cpu_count() or 1)

#: stands for the hash of somebody who does not exist, so that both take as long
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

#: 80 bits: unguessable, so that a keyed digest is enough
RECOVERY_BYTES = 10


def hash_password(pepper: Key, password: str) -> str:
    """Pepper id and Argon2id hash of the peppered password, in one text."""
    with _AT_ONCE:
        return f"{pepper.id.hex()}{_HASHER.hash(_peppered(pepper, password))}"


def password_is_right(keyring: KeySource, kept: str | None, password: str) -> bool:
    """Takes as long for None, where nobody is of that name. Raises KeyMissing when its pepper is gone."""
    pepper_id, _, rest = (kept or "").partition("$")
    pepper = keyring.key("pepper", bytes.fromhex(pepper_id)) if kept else keyring.primary("pepper")
    with _AT_ONCE:
        try:
            _HASHER.verify(f"${rest}" if kept else _NOBODY, _peppered(pepper, password))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_outdated(keyring: KeySource, kept: str) -> bool:
    """True when it should be hashed anew at the next sign-in: another pepper or other costs by now."""
    pepper_id, _, rest = kept.partition("$")
    return pepper_id != keyring.primary("pepper").id.hex() or _HASHER.check_needs_rehash(f"${rest}")


def new_recovery_code() -> str:
    """16 characters of base32, in groups of four."""
    text = base64.b32encode(os.urandom(RECOVERY_BYTES)).decode()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))


def recovery_digest(pepper: Key, code: str) -> str:
    """Pepper id and digest by which a recovery code is known again, however it was typed."""
    plain = "".join(c for c in unicodedata.normalize("NFKC", code).upper() if c.isalnum())
    return f"{pepper.id.hex()}${pepper.mac(b'rn.recovery.v1' + plain.encode('utf-8', 'surrogatepass')).hex()}"


def recovery_match(keyring: KeySource, kept: list[str], code: str) -> str | None:
    """The kept digest this code belongs to; all are compared, in constant time each."""
    digests = [recovery_digest(pepper, code) for pepper in keyring.usable("pepper")]
    hits = [one for one in kept if sum(hmac.compare_digest(one, digest) for digest in digests)]
    return hits[0] if hits else None


def cookie_secrets(keyring: KeySource) -> list[str]:
    """Keys that sign the console's cookies, the primary pepper's first: nothing more to configure or to lose."""
    return [pepper.mac(b"rn.cookie.v1").hex() for pepper in keyring.usable("pepper")]


def _peppered(pepper: Key, password: str) -> bytes:
    plain = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return base64.b64encode(pepper.mac(b"rn.password.v1" + plain))
