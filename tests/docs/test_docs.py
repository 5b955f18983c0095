"""The pages for people keep their word: links lead somewhere, and what they name exists."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from isthmus.cli.app import app
from isthmus.sync.catalog import DATASETS, JOINS, Join
from isthmus.sync.rules.joins import diagram, view_name
from isthmus.wiring.environment.settings import SETTINGS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [
    *(ROOT / name for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")),
    *sorted(DOCS.rglob("*.md")),
    *sorted((ROOT / "simulators").glob("*.md")),
]
SITES = {"duckdb.org", "keepachangelog.com", "semver.org"}
"""Public sites our pages may link to, besides the vendor's and places that are only examples."""

PLACES = {"absolute", "atservicesrest", "data", "dev", "etc", "opt", "path", "srv", "tmp", "usr"}
PLACES |= {"api", "integrations", "provider"}  # paths of the simulated Field Nation
"""How absolute paths in our pages may begin."""

FENCE = re.compile(r"^ *```.*?^ *```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`[^`\n]+`")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
URL = re.compile(r"\bhttps?://[^\s)>\"'`|]+")

each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def text_of(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


def prose_of(page: Path) -> str:
    return SPAN.sub("", FENCE.sub("", page.read_text("utf-8")))


def code_of(page: Path) -> str:
    text = page.read_text("utf-8")
    fences = FENCE.findall(text)
    return "\n".join([*fences, *(span.strip("`") for span in SPAN.findall(FENCE.sub("", text)))])


def anchors_of(page: Path) -> set[str]:
    """Return the anchors a page's headings get where Markdown is shown as a web page."""
    seen: Counter[str] = Counter()
    anchors = set()
    for heading in re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text("utf-8")), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).strip().replace(" ", "-")
        anchors.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return anchors


def tables_of(name: str) -> Iterator[list[list[str]]]:
    """Yield the rows of each table of a page, its heading first."""
    rows: list[list[str]] = []
    for line in [*text_of(name).splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line[1:-1].split("|")])
        elif rows:
            yield [rows[0], *rows[2:]]
            rows = []


def rows_of(name: str, heading: str) -> list[list[str]]:
    """Return the rows of the table whose last column has that heading."""
    (found,) = (rows for rows in tables_of(name) if rows[0][-1] == heading)
    return found[1:]


@each_page
def test_every_relative_link_leads_to_a_file_or_a_heading_of_the_repository(page: Path) -> None:
    for target in LINK.findall(prose_of(page)):
        if urlsplit(target).scheme:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_relative_to(ROOT), target
        assert file.exists(), f"{target}: there is no such file"
        assert not anchor or anchor in anchors_of(file), f"{target}: there is no such heading"


@each_page
def test_no_page_leads_to_an_unknown_site(page: Path) -> None:
    for url in URL.findall(page.read_text("utf-8")):
        host = urlsplit(url).hostname or ""
        is_example = host in {"127.0.0.1", "localhost"} or host.endswith(("example.com", ".test"))
        is_vendor = host.endswith(("autotask.net", "fieldnation.com", "fndev.net"))
        assert is_example or is_vendor or host in SITES, url


@each_page
def test_no_page_names_a_folder_of_one_persons_machine(page: Path) -> None:
    roots = set(re.findall(r"(?<![\w.:/~}>*$-])/([a-z]+)/", page.read_text("utf-8")))

    assert roots <= PLACES


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = [target.partition("#")[0] for target in LINK.findall(prose_of(page))]
        found = [(page.parent / t).resolve() for t in targets if t and not urlsplit(t).scheme]
        waiting += [file for file in found if file.suffix == ".md" and file.is_file()]

    assert set(DOCS.rglob("*.md")) <= reached


# What the pages name


def targets() -> set[str]:
    return set(re.findall(r"^([a-z0-9]+):", text_of("Makefile"), re.MULTILINE))


@each_page
def test_every_make_target_a_page_names_exists(page: Path) -> None:
    assert set(re.findall(r"\bmake ([a-z0-9]+)", code_of(page))) <= targets()


def test_every_make_target_is_told_to_contributors() -> None:
    assert targets() <= set(re.findall(r"`make ([a-z0-9]+)`", text_of("CONTRIBUTING.md")))


@each_page
def test_every_setting_a_page_names_exists(page: Path) -> None:
    known = {setting.name for setting in SETTINGS}
    named = set(re.findall(r"\bISTHMUS_(?!SIM)[A-Z_]+\b(?!\.\.\.)", page.read_text("utf-8")))

    assert {name for name in named if not name.endswith("_")} <= known


@each_page
def test_every_command_a_page_shows_exists(page: Path) -> None:
    called = re.findall(r"(?:^|[\s/`|&(])isthmus ([a-z]+)", code_of(page), re.MULTILINE)

    assert set(called) <= set(app)


# The catalogue


def test_every_dataset_is_told_with_its_refresh_and_its_dates() -> None:
    told = {row[0]: (row[1], row[2]) for row in rows_of("docs/datasets.md", "why so")}
    known = {}
    for dataset in DATASETS:
        created = [dataset.created_field] if dataset.change_fields and dataset.created_field else []
        dates = ", ".join([*dataset.change_fields, *created])
        known[dataset.name] = (str(dataset.refresh), dates)

    assert told == known


def test_every_look_up_is_told() -> None:
    told = {
        (dataset, column, via)
        for dataset, columns, via in rows_of("docs/datasets.md", "by")
        for column in columns.split(", ")
    }

    assert told == {(d.name, look.column, look.via) for d in DATASETS for look in d.lookups}


def test_every_reference_that_metadata_does_not_declare_is_told() -> None:
    page = text_of("docs/datasets.md")

    assert [f for d in DATASETS for f, _ in d.references if f"`{f}`" not in page] == []


def test_the_right_each_dataset_needs_is_told() -> None:
    told = dict(rows_of("docs/connect-autotask.md", "the right to query is given by"))

    assert {d.name: d.grant for d in DATASETS} == told


def join_row(join: Join) -> list[str]:
    return [join.one, join.many, join.column, view_name(join)]


def test_the_list_of_joins_is_the_catalogues() -> None:
    told = rows_of("docs/joins.md", "view")
    known = [join_row(join) for join in JOINS]

    assert told == known, "\n".join(f"| {' | '.join(row)} |" for row in known)


def test_the_diagram_of_joins_is_the_one_the_product_draws() -> None:
    drawn = diagram(JOINS)

    assert f"```mermaid\n{drawn}\n```" in text_of("docs/joins.md"), drawn


# Dependencies


def declared(project: str) -> dict[str, list[str]]:
    table = tomllib.loads(text_of(project))
    groups: dict[str, list[str]] = table.get("dependency-groups", {})
    return {"": table["project"]["dependencies"], **groups}


def bare(requirements: Iterable[str]) -> list[str]:
    return sorted(re.split(r"[\[<>=!~; ]", requirement)[0] for requirement in requirements)


def test_every_dependency_earns_its_place_in_a_line_and_no_line_is_stale() -> None:
    product, simulators = declared("pyproject.toml"), declared("simulators/pyproject.toml")
    known = [bare(product[""]), bare(simulators[""]), bare(product["dev"])]

    told = [sorted(row[0] for row in rows[1:]) for rows in tables_of("docs/dependencies.md")]

    assert told == [*known, vendored()]


def vendored() -> list[str]:
    """Return the names of the foreign files the console serves, as its page writes them."""
    found = (ROOT / "src/isthmus/console/static/vendor").glob("*.js")
    names = {"htmx": "htmx", "uplot": "uPlot"}
    return sorted(names[file.name.partition("-")[0]] for file in found)


# The glossary


def terms() -> list[str]:
    return re.findall(r"^\*\*([^*]+)\*\*", text_of("docs/glossary.md"), re.MULTILINE)


def test_the_glossary_is_in_order_and_tells_each_word_once() -> None:
    folded = [term.casefold() for term in terms()]

    assert folded == sorted(set(folded))


def test_the_words_of_the_architecture_are_in_the_glossary() -> None:
    known = set(re.findall(r"\*\*([^*]+)\*\*", text_of("docs/glossary.md")))
    page = prose_of(DOCS / "architecture.md")
    used = set(re.findall(r"(?<!\*)\*(\w[\w ]*)\*(?!\*)", page)) - {"italics"}

    assert {word for word in used if word not in known and word.rstrip("s") not in known} == set()


def test_the_words_of_the_house_are_in_the_glossary() -> None:
    known = set(re.findall(r"\*\*([^*]+)\*\*", text_of("docs/glossary.md")))
    house = (
        "warehouse state dataset record row window watermark picklist hydrate tombstone ticket"
        " link mapping inbox outbox attempt spool segment extraction publish run page slot"
    )

    assert set(house.split()) - known == set()
    assert {"work order", "dead letter", "message id", "correlation id"} <= known
