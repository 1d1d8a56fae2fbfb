"""What the one header of ours says beside the operation: session, fault, violation."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockserver.errors import Violation

LONGEST = 200
"""How many characters of a violation are shown."""

UNFIT = re.compile(r'[^ -~]|["\\]')
"""What may not stand in a quoted text of a header."""


def write(session: str, fault: str | None, violations: Sequence[Violation]) -> bytes:
    """Return the parameters to add, each after a semicolon; *session* is one already, or empty."""
    parts = [session]
    if fault is not None:
        parts.append(f'; fault="{fault}"' if " " in fault else f"; fault={fault}")
    if violations:
        first = violations[0]
        text = f"{first.location} {first.name or '/'}: {first.message}"
        more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
        shown = UNFIT.sub("'", text[:LONGEST]) + more
        parts.append(f'; violation="{shown}"')
    return "".join(parts).encode()
