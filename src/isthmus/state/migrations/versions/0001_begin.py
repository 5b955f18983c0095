"""Connections, the spool's contents, the log of runs, notes."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    _connections()
    _spool()
    _runs()
    op.create_table(
        "notes",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )


def _connections() -> None:
    op.create_table(
        "connections",
        sa.Column("title", sa.String(200), primary_key=True),
        sa.Column("vendor", sa.String(40), nullable=False),
        sa.Column("username", sa.String(400), nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("integration_code", sa.LargeBinary, nullable=False),
        sa.Column("base_url", sa.Text),
        sa.Column("zone", sa.Integer),
        sa.Column("saved_at", sa.DateTime, nullable=False),
        sa.Column("zone_name", sa.Text),
        sa.Column("zone_url", sa.Text),
        sa.Column("zone_web_url", sa.Text),
        sa.Column("zone_ci", sa.Integer),
    )


def _spool() -> None:
    op.create_table(
        "extractions",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("dataset", sa.String(200), nullable=False),
        sa.Column("mode", sa.String(40), nullable=False),
        sa.Column("window_start", sa.DateTime),
        sa.Column("server_started_at", sa.DateTime, nullable=False),
    )
    op.create_index("one_extraction_per_dataset", "extractions", ["dataset"], unique=True)
    op.create_table(
        "segments",
        sa.Column(
            "extraction_id",
            sa.String(80),
            sa.ForeignKey("extractions.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("range_lo", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("file", sa.String(200), primary_key=True),
        sa.Column("range_hi", sa.BigInteger),
        sa.Column("last_id", sa.BigInteger),
        sa.Column("rows", sa.BigInteger, nullable=False),
        sa.Column("done", sa.Boolean, nullable=False),
    )


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("finished_at", sa.DateTime),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("wanted", sa.Text, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("quota_used", sa.Integer),
        sa.Column("quota_limit", sa.Integer),
    )
    op.create_index("runs_by_start", "runs", ["started_at"])
    op.create_table(
        "run_datasets",
        sa.Column(
            "run_id",
            sa.String(80),
            sa.ForeignKey("runs.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("dataset", sa.String(200), primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("mode", sa.String(40), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("rows_read", sa.BigInteger, nullable=False),
        sa.Column("inserted", sa.BigInteger, nullable=False),
        sa.Column("updated", sa.BigInteger, nullable=False),
        sa.Column("deleted", sa.BigInteger, nullable=False),
        sa.Column("unchanged", sa.BigInteger, nullable=False),
        sa.Column("calls", sa.Integer, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("warnings", sa.Text, nullable=False),
        sa.Column("error", sa.Text),
    )
