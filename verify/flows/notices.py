"""Telling a result by SMS: a provider is asked, so it rests on a live consent and leaves a record (policy 4.2)."""

from collections.abc import Mapping

from uuid_utils.compat import uuid7

from providers.base import Misconfigured, Outcome, ProviderFailure, Refused, Result, SmsNotice, Throttled, Unavailable
from verify.errors import Problem
from verify.flows import disclosure, events
from verify.flows.case import load_any
from verify.models import Consent, Verification
from verify.notifiers.base import HandOver, Message, NotSent, Unclear
from verify.services import Services

#: what stands in the record where other calls have their step
STEP = "notice"

#: kinds of failure after which nothing reached the user → code, and whether another try would end the same
FAILURES: Mapping[type[Exception], tuple[str, bool]] = {
    Unavailable: ("provider_unavailable", False),
    Throttled: ("provider_throttled", False),
    Misconfigured: ("provider_misconfigured", False),
    Refused: ("provider_refused", True),
}


class SmsNotifier:
    """A notifier for one verification, which was loaded with its consents."""

    def __init__(self, verification: Verification, services: Services) -> None:
        self._verification = verification
        self._services = services

    def address(self, contact: Mapping[str, str]) -> str | None:
        return contact.get("mobile")

    def send(self, message: Message, hand_over: HandOver) -> None:
        request = SmsNotice(message.to, message.told, message.application, message.locale)
        consent = self._consent(request)
        attempt = disclosure.record(uuid7(), self._verification, STEP, request, consent, self._services)
        attempt.finished_at = attempt.started_at  # the message's own row is what is due
        hand_over(attempt)
        answer = disclosure.call(attempt, request, self._services)
        with self._services.write() as session:
            verification = load_any(session, attempt.verification_id)
            disclosure.answered(session, verification, attempt.id, answer)
            events.hold_carried(session, verification, self._services.clock())
        _judge(answer.outcome)

    def _consent(self, request: SmsNotice) -> Consent:
        try:
            found = disclosure.recipient(self._verification, request, self._services)
        except Problem:  # never granted, or withdrawn since
            raise NotSent("no_consent", for_good=True) from None
        if found is None:
            raise NotSent("no_provider")
        return found


def _judge(answer: Outcome | ProviderFailure | Misconfigured) -> None:
    """What cannot be known to have failed may have been sent."""
    if isinstance(answer, Outcome):
        if answer.result is not Result.ACCEPTED:
            raise Unclear
        return
    if type(answer) not in FAILURES:
        raise Unclear
    code, for_good = FAILURES[type(answer)]
    raise NotSent(code, for_good=for_good)
