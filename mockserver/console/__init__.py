"""The console: a page under `/__admin/` that shows a session at work and steers it.

The browser does the work: modules without a build step, which use the admin API like anybody else.
This package hands them out, draws the life cycles, and says what a browser may do with it all.
"""

from mockserver.console.application import Console

__all__ = ["Console"]
