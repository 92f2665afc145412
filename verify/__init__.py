"""The service. ``verify.create_app`` is imported when it is first asked for: most commands, and what keeps web and
worker alive, need none of the endpoints."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verify.assembly import create_app

__all__ = ["create_app"]


def __getattr__(name: str) -> Any:
    if name == "create_app":
        from verify.assembly import create_app  # noqa: PLC0415 - as said above

        return create_app
    raise AttributeError(name)
