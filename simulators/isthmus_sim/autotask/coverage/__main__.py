"""Print simulators/COVERAGE.md."""

import sys

from isthmus_sim.autotask.coverage.page import render

sys.stdout.write(render())
