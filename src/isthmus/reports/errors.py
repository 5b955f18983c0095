"""What a person who explores the tables may have got wrong."""

from isthmus.base.errors import NeedsPerson


class ExploringWrong(NeedsPerson):
    """Something asked of the reports or tables cannot be given; the branches say what."""
