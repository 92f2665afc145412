"""Where settings, stores, providers and endpoints are put together, and nowhere else."""

from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from werkzeug.middleware.proxy_fix import ProxyFix

from verify import api, config, credentials, ops, pages, store
from verify.api.document import Document
from verify.blobs import make_blobs
from verify.boot import open_stores
from verify.config import Settings
from verify.guarded import guard
from verify.jobs.queue import make_nudge
from verify.late_rule import LateRule
from verify.loading import load_providers
from verify.models import Base
from verify.notifiers import make_notifiers
from verify.outbound import Outbound
from verify.services import Services, utc_now


def create_app(settings: Settings | None = None, **overrides: Any) -> Flask:
    """Build the application. ``overrides`` replace parts of its Services (providers, nudge, clock, …).

    Raises ConfigurationError, or a keyring error that names the key.
    """
    settings = settings or config.load()
    app = Flask("verify", static_folder=None)
    app.url_rule_class = LateRule
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config.update(
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=store.engine_options(settings),
        MAX_CONTENT_LENGTH=None,  # every view bounds its own body (verify.api.body)
        **api.OPENAPI,
    )
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0)  # type: ignore[method-assign]
    db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False}, disable_autonaming=True)
    db.init_app(app)
    with app.app_context():
        engine = db.engine
        store.configure(engine)
    clock = overrides.pop("clock", utc_now)
    keyring, vault = open_stores(settings, clock)
    parts: dict[str, Any] = {
        "settings": settings,
        "session": db.session,
        "keyring": keyring,
        "vault": vault,
        "providers": guard(
            overrides.pop("providers", None) or load_providers(settings, credentials.general(engine, vault))
        ),
        "nudge": overrides.pop("nudge", None) or make_nudge(settings),
        "outbound": overrides.pop("outbound", None) or Outbound(allow_private=settings.webhook_allow_private),
        "blobs": overrides.pop("blobs", None) or make_blobs(settings),
        "notifiers": overrides.pop("notifiers", None) or make_notifiers(settings),
        "clock": clock,
    }
    app.extensions["realname"] = Services(**{**parts, **overrides})
    api.register(app, Document(app))
    pages.register(app)
    ops.register(app)
    return app
