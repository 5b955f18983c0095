"""How to reach Field Nation, and secrets by name."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add two tables; those of before stay as they are."""
    op.create_table(
        "fieldnation",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("client_id", sa.String(400), nullable=False),
        sa.Column("client_secret", sa.LargeBinary, nullable=False),
        sa.Column("username", sa.String(400), nullable=False),
        sa.Column("password", sa.LargeBinary, nullable=False),
        sa.Column("base_url", sa.Text, nullable=False),
        sa.Column("saved_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.String(200), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("saved_at", sa.DateTime, nullable=False),
    )
