"""What is looked at before anything starts."""

from verify import credentials
from verify.boot import open_stores
from verify.config import Settings
from verify.loading import load_providers
from verify.migrating import require_current
from verify.notifiers import make_notifiers


def require_startable(settings: Settings) -> None:
    """Raises what keeps the service from starting: settings, tables, keyring, providers, notifiers."""
    require_current(settings)
    _, vault = open_stores(settings)
    vault.engine.dispose()
    make_notifiers(settings)
    for provider in load_providers(settings, credentials.of_stores(settings)).values():
        provider.close()
