"""The program ``realname``."""

import sys
from typing import Any

import click
from sqlalchemy.exc import DBAPIError

from crypto.errors import CryptoError
from providers.base import Misconfigured
from verify.commands import applications, audit, backups, database, diagnosis, keyrings, sandbox, serving, transfers
from verify.config import ConfigurationError

COMMANDS = (
    serving.serve_command,
    serving.web_command,
    serving.worker_command,
    applications.group,
    backups.group,
    keyrings.group,
    database.group,
    diagnosis.doctor_command,
    audit.group,
    sandbox.group,
    transfers.group,
)

#: exit status when the installation is not fit for the command
UNFIT = 2


class Program(click.Group):
    """Says what is wrong in a sentence. Tracebacks quote values, so an operator is shown none."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (ConfigurationError, CryptoError, Misconfigured) as error:
            sentence = str(error)
        except DBAPIError as error:
            sentence = f"a database does not answer as it should ({type(error).__name__}); see `realname doctor`"
        click.echo(f"realname: {sentence}", err=True)
        sys.exit(UNFIT)


main = Program("realname", list(COMMANDS), help="Real-name verification: see README.md.")

if __name__ == "__main__":
    main(prog_name="realname")
