"""Pictures as they come in: decoded, turned, stripped and re-encoded within what every configured provider takes."""

from providers.base import Capability, Traits
from verify.errors import unusable
from verify.flows.routing import configured
from verify.images import UnsupportedImage, fit_face_image
from verify.services import Services


def fitted(submitted: bytes, capability: Capability, services: Services, *, livemode: bool) -> bytes:
    """Done before any row is locked, since decoding takes a while. Raises Problem unsupported_image."""
    traits = [
        services.providers[name].capabilities[capability]
        for name, _ in configured(capability, livemode=livemode, services=services)
    ] or [Traits()]
    try:
        return fit_face_image(
            submitted,
            max_bytes=min(trait.max_image_bytes for trait in traits),
            max_side=min(trait.max_image_side for trait in traits),
            min_sides=(
                max(trait.min_image_sides[0] for trait in traits),
                max(trait.min_image_sides[1] for trait in traits),
            ),
        )
    except UnsupportedImage as error:
        raise unusable("unsupported_image", error.code) from None
