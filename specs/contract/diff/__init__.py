"""What changed between two contracts, for those who call and for those who answer."""

from specs.contract.diff.change import Change, Level
from specs.contract.diff.comparison import diff

__all__ = ["Change", "Level", "diff"]
