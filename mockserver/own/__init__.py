"""Any API from its contract alone: what Callsheet plays for a contract that nobody wrote code for.

A contract with lifecycles is stateful: resources are made, read, listed, replaced, taken away and
commanded as `specs/README.md` says. Whatever is not about a resource, and every operation of a
contract without lifecycles, is answered from the contract's examples and schemas.
"""

from mockserver.own.play import play

__all__ = ["play"]
