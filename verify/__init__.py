"""The service: create_app puts settings, stores, providers and endpoints together, and nothing else does."""

from collections.abc import Mapping
from typing import Any

from flask import Flask
from flask_smorest import Api
from flask_sqlalchemy import SQLAlchemy

from providers.base import Provider
from providers.registry import load as load_provider
from verify import api, config, store
from verify.boot import open_stores
from verify.config import Settings
from verify.jobs.queue import make_nudge
from verify.models import Base
from verify.notifiers import make_notifiers
from verify.outbound import Outbound
from verify.services import Services, utc_now


def create_app(settings: Settings | None = None, **overrides: Any) -> Flask:
    """Build the application. ``overrides`` replace parts of its Services (providers, nudge, clock, …).

    Raises ConfigurationError, or a keyring error that names the key.
    """
    settings = settings or config.load()
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=store.engine_options(settings),
        MAX_CONTENT_LENGTH=None,  # every view bounds its own body (verify.api.body)
        RATELIMIT_STORAGE_URI=settings.limits_url,
        RATELIMIT_DEFAULT=settings.request_rate,
        RATELIMIT_SWALLOW_ERRORS=True,
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        **api.OPENAPI,
    )
    db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False}, disable_autonaming=True)
    db.init_app(app)
    with app.app_context():
        store.configure_sqlite(db.engine)
    clock = overrides.pop("clock", utc_now)
    keyring, vault = open_stores(settings, clock)
    parts: dict[str, Any] = {
        "settings": settings,
        "session": db.session,
        "keyring": keyring,
        "vault": vault,
        "providers": overrides.pop("providers", None) or load_providers(settings),
        "nudge": overrides.pop("nudge", None) or make_nudge(settings),
        "outbound": overrides.pop("outbound", None) or Outbound(allow_private=settings.webhook_allow_private),
        "notifiers": overrides.pop("notifiers", None) or make_notifiers(settings),
        "clock": clock,
    }
    app.extensions["realname"] = Services(**{**parts, **overrides})
    api.register(app, Api(app))
    return app


def load_providers(settings: Settings) -> Mapping[str, Provider]:
    """The sandbox for test keys, and what the configuration names for live ones."""
    journal = settings.instance / "sandbox.db"
    loaded = {"sandbox": load_provider("sandbox", {"latency": settings.sandbox_latency_ms / 1000, "journal": journal})}
    for name in settings.providers:
        if name != "routes":
            loaded[name] = load_provider(name, dict(settings.providers[name]))
    return loaded


__all__ = ["create_app"]
