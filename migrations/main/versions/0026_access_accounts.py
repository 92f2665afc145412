"""Lines of the access log about a rights request name its account, so that whom staff saw there is found."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision: str | None = "0025"
branch_labels: Any = None
depends_on: Any = None

NAME, TABLE = "ix_access_log_account", "access_log"

#: the id of the request a line is about, as the database keeps ids
REQUEST = {
    "sqlite": "replace(json_extract(access_log.detail, '$.request'), '-', '')",
    "postgresql": "CAST(access_log.detail ->> 'request' AS uuid)",
}


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("account_id", sa.Uuid(), nullable=True))
    request = REQUEST[op.get_bind().dialect.name]
    known = f"SELECT account_id FROM rights_requests WHERE rights_requests.id = {request}"  # noqa: S608 - of the table
    op.execute(sa.text(f"UPDATE access_log SET account_id = ({known}) WHERE action LIKE 'rights.%'"))  # noqa: S608
    op.create_index(NAME, TABLE, ["account_id", "id"])


def downgrade() -> None:
    op.drop_index(NAME, TABLE)
    with op.batch_alter_table(TABLE) as table:
        table.drop_column("account_id")
