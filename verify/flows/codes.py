"""One-time codes by SMS: derived, never stored (crypto.md, section 5)."""

from datetime import datetime

from crypto.hashing import code_is_right, one_time_code
from providers.base import Capability, SmsCode
from verify.flows.methods import CODE_INTERVAL, CODE_LIFETIME
from verify.flows.progress import PENDING, put, state
from verify.flows.routing import can_serve
from verify.models import Verification
from verify.services import Services

STEP = "sms_code"


def issue(verification: Verification, mobile: str, services: Services) -> SmsCode:
    """The message with the next code. It counts from when ``sent`` says that it went out."""
    number = state(verification, STEP).get("issue", 0) + 1
    fixed = _fixed(verification, services)
    code = fixed or one_time_code(services.keyring.primary("pepper"), verification.id, STEP, number)
    return SmsCode(mobile, code, verification.locale)


def sent(verification: Verification, now: datetime) -> None:
    """The provider took the message: the code's clocks start."""
    put(
        verification,
        STEP,
        PENDING,
        issue=state(verification, STEP).get("issue", 0) + 1,
        expires_at=(now + CODE_LIFETIME).isoformat(),
        resend_at=(now + CODE_INTERVAL).isoformat(),
    )


def is_expired(verification: Verification, now: datetime) -> bool:
    expires_at = state(verification, STEP).get("expires_at")
    return expires_at is None or datetime.fromisoformat(expires_at) <= now


def resend_after(verification: Verification, now: datetime) -> int:
    """Seconds until another code may be sent; 0 when it may be now."""
    resend_at = state(verification, STEP).get("resend_at")
    if resend_at is None:
        return 0
    return max(0, round((datetime.fromisoformat(resend_at) - now).total_seconds()))


def is_right(verification: Verification, submitted: str, services: Services) -> bool:
    """Compare in constant time with the code last sent."""
    fixed = _fixed(verification, services)
    if fixed is not None:
        return submitted == fixed
    number = state(verification, STEP).get("issue", 0)
    return code_is_right(services.keyring, verification.id, STEP, number, submitted)


def _fixed(verification: Verification, services: Services) -> str | None:
    """The code of a double that sends no message, where such a double is the recipient."""
    for consent in verification.consents:
        if consent.capability == Capability.SMS and can_serve(
            consent.provider or "", Capability.SMS, livemode=verification.livemode, services=services
        ):
            return services.providers[consent.provider or ""].capabilities[Capability.SMS].fixed_code
    return None
