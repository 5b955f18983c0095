"""Print a page: `python -m isthmus_sim.coverage behaviours` or `doubts`."""

import sys

from isthmus_sim.coverage import behaviours, doubts

PAGES = {"behaviours": behaviours.render, "doubts": doubts.render}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in PAGES:
        sys.exit(f"name one page: {', '.join(PAGES)}")
    sys.stdout.write(PAGES[sys.argv[1]]())
