"""Find the runs of one dataset."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add an index."""
    op.create_index("run_datasets_by_dataset", "run_datasets", ["dataset", "run_id"])
