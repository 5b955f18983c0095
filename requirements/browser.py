"""Have a Chromium for the tests of the pages: take the machine's own, or Debian's package."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALL = (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", "chromium"])
WITHOUT = """There is no Chromium on this machine, and it could not be installed here{why}.
The tests of the console need one and will say so: install it (Debian: apt-get install chromium),
or name one in ISTHMUS_TEST_BROWSER, and run the tests again."""


def is_there() -> bool:
    """Tell whether a browser is to be found."""
    named = os.environ.get("ISTHMUS_TEST_BROWSER")
    return bool(named) or any(map(shutil.which, NAMES))


def install() -> str:
    """Install Debian's package; returns why that was not possible, or nothing."""
    if shutil.which("apt-get") is None:
        return " (no apt-get)"
    if os.geteuid() != 0:
        return " (only root may)"
    calm = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in INSTALL:
        done = subprocess.run(command, env=calm, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return f" ({done.stderr.strip().splitlines()[-1:] or command})"
    return ""


def main() -> None:
    """Install it where it is missing, and say what to do where that cannot be."""
    if is_there():
        return
    why = install()
    if not is_there():
        print(WITHOUT.format(why=why), file=sys.stderr)


if __name__ == "__main__":
    main()
