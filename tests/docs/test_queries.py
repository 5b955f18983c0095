"""Every query shown in the pages runs on a synced warehouse and finds something."""

import re
from pathlib import Path

import duckdb
import pytest

from chaos.harness import Home, Simulator, must
from isthmus.sync.catalog import DATASETS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def queries() -> list[str]:
    """Return the SQL blocks of all pages, and what they hand to `isthmus query`."""
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        found += re.findall(r"^```sql\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        for quoted in re.findall(r'isthmus query (?:\\\n\s*)?"([^"]+)"', text):
            found += [quoted] if "from autotask." in quoted else []
    return found


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("queries")
    with Simulator(folder, "--seed", "4", "--companies", "12", "--tickets", "300") as simulator:
        home = Home(folder / "home", simulator)
        must(home.connect())
        must(home.run("sync", "--json"))
        other = home.run("sync", "TicketNotes", "--json")
        (folder / "other.txt").write_text(f"{other.code} {other.err}")
    return folder / "home" / "warehouse.duckdb"


@pytest.mark.parametrize("sql", queries(), ids=lambda sql: " ".join(sql.split())[:60])
def test_a_query_from_the_pages_finds_something(
    sql: str, warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with duckdb.connect(str(warehouse), read_only=True) as file:
        found = file.execute(sql).fetchall()

    assert found


def test_the_names_beside_ids_are_those_the_page_lists(warehouse: Path) -> None:
    page = (ROOT / "docs/datasets.md").read_text("utf-8")
    body = page.partition("| dataset | names of companies | people |\n|---|---|---|\n")[2]
    told = set()
    for line in body.partition("\n\n")[0].splitlines():
        dataset, companies, people = (cell.strip() for cell in line[1:-1].split("|"))
        told |= {(dataset, name) for name in companies.split(", ") if name}
        for person in filter(None, people.split(", ")):
            told |= {(dataset, f"{person}UserName"), (dataset, f"{person}FullName")}
    taken_over = {(d.name, look.column) for d in DATASETS for look in d.lookups}

    with duckdb.connect(str(warehouse), read_only=True) as file:
        held = file.execute("select dataset, name from isthmus.columns where origin = 'hydrated'")
        names = {(dataset, name) for dataset, name in held.fetchall()}

    assert {pair for pair in names - taken_over if pair[0] != "TicketNotes"} == told


def test_another_collection_is_copied_by_its_name(warehouse: Path) -> None:
    assert (warehouse.parent.parent / "other.txt").read_text().startswith("0 ")
