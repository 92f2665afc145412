"""What keeps an account's name from being guessed by the digest that the record holds of it."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision: str | None = "0026"
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.add_column("verifications", sa.Column("ref_salt", sa.LargeBinary(16), nullable=True))


def downgrade() -> None:
    op.drop_column("verifications", "ref_salt")
