"""`callsheet serve` for as long as whoever started it is there: until its standard input ends.

For programs that start a server and may be killed before they can end it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading

from specs.cli import main

STDIN = 0


def _attend() -> None:
    """Wait for the end of standard input, and end this process."""
    while os.read(STDIN, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    threading.Thread(target=_attend, daemon=True).start()
    main(["serve", *sys.argv[1:]])
