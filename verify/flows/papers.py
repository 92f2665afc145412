"""Papers as they come in, in the words of problems, and their first page within what every configured reader takes."""

from providers.base import Capability, Traits
from verify import papers
from verify.errors import unusable
from verify.flows.routing import configured
from verify.papers import Paper, UnsupportedPaper
from verify.services import Services


def looked_through(submitted: bytes) -> Paper:
    """Done before any row is locked, since it takes a while. Raises Problem unsupported_file."""
    try:
        return papers.checked(submitted)
    except UnsupportedPaper as error:
        raise unusable("unsupported_file", error.code) from None


def page_for(paper: Paper, capability: Capability, services: Services, *, livemode: bool) -> bytes:
    """As ``looked_through``."""
    traits = [
        services.providers[name].capabilities[capability]
        for name, _ in configured(capability, livemode=livemode, services=services)
    ] or [Traits()]
    try:
        return papers.first_page(
            paper,
            max_bytes=min(trait.max_image_bytes for trait in traits),
            max_side=min(trait.max_image_side for trait in traits),
        )
    except UnsupportedPaper as error:
        raise unusable("unsupported_file", error.code) from None
