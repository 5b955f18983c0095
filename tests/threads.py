"""Where threads of a test are, so that it can wait until they wait."""

import sys
from threading import Thread


def waits_in(thread: Thread, function: str) -> bool:
    """Tell whether a thread is within a function of that name."""
    frame = sys._current_frames().get(thread.ident or 0)
    while frame is not None:
        if frame.f_code.co_name == function:
            return True
        frame = frame.f_back
    return False
