"""What every template has to have, whichever page it is of."""

import re
from pathlib import Path

import pytest

from isthmus import console

TEMPLATES = Path(console.__file__).parent / "templates"


@pytest.mark.parametrize(
    "template", sorted(TEMPLATES.rglob("*.html")), ids=lambda one: str(one.relative_to(TEMPLATES))
)
def test_the_head_of_a_row_says_that_it_is_one(template: Path) -> None:
    text = re.sub(r"<thead.*?</thead>", "", template.read_text("utf-8"), flags=re.DOTALL)
    heads = re.findall(r"<th\b[^>]*>", text)
    assert [one for one in heads if "scope=" not in one] == []
