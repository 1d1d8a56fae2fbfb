"""Where on the pages of an API each part of its contract stands."""

from __future__ import annotations

import re
from urllib.parse import quote

from specs.contract.document import Contract
from specs.contract.requirement import Kind, Requirement
from specs.contract.review.statement import Form, Statement


def fragment(text: str) -> str:
    """Return *text* as the id of an element, which has no blanks."""
    return re.sub(r"\s+", "_", text)


def address(page: str, text: str) -> str:
    """Return the relative URL of the element that stands for *text* on a page."""
    return f"{page}.html#{quote(fragment(text), safe='/')}"


def local(identity: str) -> str:
    """Return a requirement id without the name of its API."""
    return identity.partition("/")[2]


def of_requirement(one: Requirement) -> str:
    """Return where a requirement stands: beside what it is about."""
    if one.kind is Kind.RESPONSE or (one.kind is Kind.EXPLICIT and one.operation_id):
        return address("operations", local(one.id))
    if one.kind is Kind.EXPLICIT:
        return address("schemas" if one.schema else "index", local(one.id))
    return address("lifecycles", local(one.id))


def of_statement(contract: Contract, one: Statement) -> str:
    """Return where a statement stands, or the operation or schema around it."""
    page, name = "operations", re.split(r"[ .\[]", one.name)[0]
    match one.form:
        case Form.REQUIREMENT:
            return of_requirement(contract.requirements[one.name])
        case Form.RESPONSE:
            name = one.name.replace(" ", "/", 1)
        case Form.LIFECYCLE | Form.TRANSITION:
            page, name = "lifecycles", one.name.replace(" ", "/", 2)
        case Form.SCHEMA:
            page, name = "schemas", one.name
        case Form.PROPERTY if " " not in one.name:
            page = "schemas"
    return address(page, name)
