"""A still face image against the authority's photo. Its bytes live in this call's memory only."""

from sqlalchemy.orm import Session

from providers.base import Capability, FaceCheck, FaceImage
from verify.errors import Problem
from verify.flows import limits, progress
from verify.flows.assessments import refuse_unassessed
from verify.flows.effects import Effect, Verb
from verify.flows.pictures import fitted as fitted_picture
from verify.flows.sealing import open_steps
from verify.flows.steps.prepared import Prepared
from verify.models import Verification
from verify.services import Services

#: steps in which name and number of the person are given
GIVEN_IN = ("identity", "bank_card", "representative")


def prepare(session: Session, verification: Verification, submitted: FaceImage, services: Services) -> Prepared:
    """Opens name and number for the comparison.

    An image whose bytes another account used before is refused as a replay.
    """
    if verification.livemode and not verification.application.setting("direct_face_image"):
        # a still proves no liveness: with a live key the provider's own page is the way (api.md)
        raise Problem("forbidden", "Direct face images are off for this application; use a face session.")
    refuse_unassessed(verification, Capability.FACE, services)
    if "session" in progress.state(verification, "face"):  # a page that is still open has lost its say
        progress.put(verification, "face", progress.PENDING, session=None, expires_at=None)
    keys = services.vault.keys(verification.id)
    values = open_steps(session, keys, verification, GIVEN_IN)
    replayed = limits.note([limits.face(submitted.data, verification)], services)
    if replayed:
        return Prepared(effect=Effect(Verb.FAIL, "face_replayed"), keys=keys)
    return Prepared(request=FaceCheck(values["name"], values["id_number"], submitted), keys=keys)


def fitted(submitted: bytes, services: Services, *, livemode: bool) -> FaceImage:
    """Fitted to what every configured face provider takes. Raises Problem unsupported_image."""
    return FaceImage(fitted_picture(submitted, Capability.FACE, services, livemode=livemode))
