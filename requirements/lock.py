"""Write the hashed requirement files from the two projects' own declarations."""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
UV = "uv==0.13.9"
BENCH = ["dlt[duckdb]>=1.31"]


def declared(project: Path, group: str | None = None) -> list[str]:
    """Return the requirements that one pyproject.toml declares."""
    with project.open("rb") as file:
        table = tomllib.load(file)
    return [*table["project"]["dependencies"], *table.get("dependency-groups", {}).get(group, [])]


def compile_lock(uv: Path, requirements: list[str], target: Path) -> None:
    """Resolve for every supported Python and write names, versions and hashes only."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted.in"
        wanted.write_text("\n".join(requirements))
        command = [
            str(uv),
            "pip",
            "compile",
            str(wanted),
            "--universal",
            "--python-version",
            "3.11",
        ]
        command += ["--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
        subprocess.run([*command, "--output-file", str(target)], check=True)


def main() -> None:
    """Install the resolver into a throw-away environment and lock both sets."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [str(Path(folder) / "bin/python"), "-m", "pip", "--quiet", "install", UV]
        subprocess.run(pip, check=True)
        uv = Path(folder) / "bin/uv"
        runtime = declared(ROOT / "pyproject.toml", "dev")
        simulator = declared(ROOT / "simulators/pyproject.toml")
        compile_lock(uv, [*runtime, *simulator], HERE / "dev.txt")
        compile_lock(uv, BENCH, HERE / "bench.txt")


if __name__ == "__main__":
    main()
