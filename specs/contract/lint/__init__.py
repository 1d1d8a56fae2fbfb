"""The rules that a contract keeps, C01 to C21: see `specs/README.md`.

They read the document as it is written, not as the reader understands it, so that they can also
say what is wrong with a contract that cannot be read.
"""

from specs.contract.lint.draft import Draft
from specs.contract.lint.examples import EXAMPLE_RULES
from specs.contract.lint.extensions import EXTENSION_RULES
from specs.contract.lint.lifecycles import LIFECYCLE_RULES
from specs.contract.lint.operations import OPERATION_RULES
from specs.contract.lint.rule import Level, Problem, Rule
from specs.contract.lint.sources import SOURCE_RULES
from specs.contract.lint.writing import WRITING_RULES

RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *WRITING_RULES,
            *OPERATION_RULES,
            *SOURCE_RULES,
            *LIFECYCLE_RULES,
            *EXAMPLE_RULES,
            *EXTENSION_RULES,
        ),
        key=lambda one: one.id,
    )
)


def lint(draft: Draft) -> tuple[Problem, ...]:
    """Return every breach of every rule, in the order of the rules."""
    return tuple(problem for rule in RULES for problem in rule.problems(draft))


__all__ = ["RULES", "Draft", "Level", "Problem", "Rule", "lint"]
