"""The program ``realname``."""

import sys
from collections.abc import Mapping
from typing import Any

import click

from crypto.errors import CryptoError
from providers.base import Misconfigured
from verify import process
from verify.config import ConfigurationError

#: name → module of verify.commands and its command; imported when it is called for
COMMANDS: Mapping[str, tuple[str, str]] = {
    "serve": ("serving", "serve_command"),
    "startable": ("checking", "startable_command"),
    "web": ("halves", "web_command"),
    "worker": ("halves", "worker_command"),
    "app": ("applications", "group"),
    "backup": ("backups", "group"),
    "keys": ("keyrings", "group"),
    "db": ("database", "group"),
    "doctor": ("diagnosis", "doctor_command"),
    "audit": ("audit", "group"),
    "evidence": ("evidence", "group"),
    "assessments": ("assessments", "group"),
    "disclosures": ("disclosures", "group"),
    "providers": ("providers", "group"),
    "register": ("registers", "group"),
    "incident": ("bulletins", "group"),
    "shutdown": ("bulletins", "shutdown_group"),
    "intake": ("bulletins", "intake_group"),
    "retention": ("retention", "group"),
    "hold": ("retention", "hold_group"),
    "why": ("retention", "why_command"),
    "erasure": ("erasure", "group"),
    "rights": ("rights", "group"),
    "minors": ("minors", "group"),
    "sandbox": ("sandbox", "group"),
    "transfers": ("transfers", "group"),
    "operator": ("operators", "group"),
    "review": ("reviews", "group"),
}

#: exit status when the installation is not fit for the command
UNFIT = 2


class Program(click.Group):
    """Says what is wrong in a sentence. Tracebacks quote values, so an operator is shown none."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        found: click.Command = getattr(process.load(f"verify.commands.{module}"), name)
        return found

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ConfigurationError, CryptoError, Misconfigured) as error:
            sentence = str(error)
        except Exception as error:
            if not _is_of_database(error):
                raise
            sentence = f"a database does not answer as it should ({type(error).__name__}); see `realname doctor`"
        click.echo(f"realname: {sentence}", err=True)
        sys.exit(UNFIT)


def _is_of_database(error: Exception) -> bool:
    """Only who loaded SQLAlchemy can raise its errors; ``serve`` does without."""
    loaded = sys.modules.get("sqlalchemy.exc")
    return loaded is not None and isinstance(error, loaded.DBAPIError)


main = Program("realname", help="Real-name verification: see README.md.")

if __name__ == "__main__":
    main(prog_name="realname")
