"""A contract as Connexion's specification, checked by Connexion once for each content."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from connexion.exceptions import InvalidSpecification
from connexion.spec import OpenAPISpecification

from specs.contract import Contract, ContractError, cache
from specs.contract.validity import told


class CheckedSpecification(OpenAPISpecification):  # type: ignore[misc]
    """The document of a contract, in the form that Connexion's middleware works with.

    Connexion's own constructor copies the document, checks it against the meta-schema and puts
    every reference's target in its place, at each start. Here the check is remembered by content,
    and references stay, since `CompiledOperation` reads the contract.

    Raises `ContractError` for what Connexion does not take.
    """

    def __init__(self, contract: Contract) -> None:
        document: dict[str, Any] = {"components": {}, **contract.document}
        name = f"checked-{contract.sha256}-connexion-{version('connexion')}"
        if cache.recall(name) is not True:
            try:
                self._validate_spec(document)
            except InvalidSpecification as error:
                raise ContractError(*told(error)) from None
            cache.keep(name, value=True)
        self._raw_spec = self._spec = document
        self._base_uri = ""
