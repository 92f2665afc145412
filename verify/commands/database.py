"""``db``: the tables of both stores."""

import click

from verify import partitioning
from verify.commands.opening import settings
from verify.config import ConfigurationError
from verify.migrating import HISTORIES, migration_engine, revision, upgrade
from verify.services import utc_now


@click.group("db")
def group() -> None:
    """Tables of the main store and of the key store."""


@group.command("upgrade")
def upgrade_command() -> None:
    """Bring both stores to the tables of this release. Safe to repeat and to run twice at once."""
    found = settings()
    for name, history in HISTORIES.items():
        upgrade(found, history)
        click.echo(f"{name}: at {revision(found, history)}")


@group.command("partition-events")
@click.option("--months", type=click.IntRange(1, 120), default=12, show_default=True, help="Parts to have ahead.")
def partition_command(months: int) -> None:
    """Give each month's events a part of their own (PostgreSQL); again to add the months to come (docs/scale.md)."""
    engine = migration_engine(settings().database_url)
    try:
        made = partitioning.partition(engine, utc_now(), months)
    except ValueError as error:
        msg = f"REALNAME_DATABASE_URL: {error}"
        raise ConfigurationError(msg) from None
    finally:
        engine.dispose()
    for name in made:
        click.echo(name)
    click.echo(f"{len(made)} parts made")
