"""What a reviewer of a contract wants to see: `callsheet review`."""

from specs.contract.review.command import review
from specs.contract.review.findings import Findings
from specs.contract.review.statement import Statement, statements

__all__ = ["Findings", "Statement", "review", "statements"]
