"""What commands share: settings, and the service's parts without its web server."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

import verify
from verify import config
from verify.config import Settings
from verify.services import Services

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def settings() -> Settings:
    """Raises ConfigurationError."""
    return config.load()


@contextmanager
def opened(**overrides: Any) -> Iterator[Services]:
    """The parts a request is handed, for the length of a command. ``overrides`` as create_app takes them."""
    app = verify.create_app(settings(), **overrides)
    services: Services = app.extensions["realname"]
    with app.app_context():
        try:
            yield services
        finally:
            services.session.remove()
            for provider in (*services.providers.values(), *services.notebook.signers.values()):
                provider.close()
            app.extensions["sqlalchemy"].engine.dispose()
            services.vault.engine.dispose()


def show(value: Any) -> None:
    click.echo(json.dumps(value, default=str, ensure_ascii=False))


def show_pairs(values: Mapping[str, str]) -> None:
    for label, value in values.items():
        click.echo(f"{label.replace('_', ' '):<15} {value}")
