"""Legal surprises: what a server may do as well without contradicting a documented statement.

A client that relies on the contract alone notices none of them, and a judge that judges nothing
else calls none of them a failure. Each is derived from the contract that is served, so that it
holds for an API of one's own too. Without any, a server has nothing of this package in its way.
"""

from mockserver.surprise.catalogue import Surprise, UnknownSurpriseError, catalogue, chosen
from mockserver.surprise.company import arranged, protocol_of, surprised
from mockserver.surprise.stage import Stage

__all__ = [
    "Stage",
    "Surprise",
    "UnknownSurpriseError",
    "arranged",
    "catalogue",
    "chosen",
    "protocol_of",
    "surprised",
]
