"""The way of a request: route, read, coerce, check, call, answer.

All that depends on the operation alone is worked out once, at start-up.

Connexion imports Starlette's test client, to offer `App.test_client`, and httpx with its command
line. Nobody asks for them here, and they would be a fifth of the time to start: while Connexion
is loaded an empty module stands in for the one, and the other is not to be found.
"""

import sys
from types import ModuleType

_CLIENT, _COMMAND = "starlette.testclient", "httpx._main"

if "connexion" not in sys.modules:
    _absent = [name for name in (_CLIENT, _COMMAND) if name not in sys.modules]
    if _CLIENT in _absent:
        sys.modules[_CLIENT] = ModuleType(_CLIENT)
        sys.modules[_CLIENT].TestClient = object  # type: ignore[attr-defined]
    if _COMMAND in _absent:
        sys.modules[_COMMAND] = None  # type: ignore[assignment]
    try:
        import connexion  # noqa: F401
    finally:
        for _name in _absent:
            sys.modules.pop(_name, None)
