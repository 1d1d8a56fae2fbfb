"""What a lint rule is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from specs.contract.lint.draft import Draft

Finding = tuple[str, str]
"""Where (a JSON pointer), and what is wrong there."""


class Level(StrEnum):
    """Whether a breach fails the review or is only mentioned."""

    MUST = "MUST"
    SHOULD = "SHOULD"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the contract format: its permanent id, its weight, its sentence, its search."""

    id: str
    level: Level
    sentence: str
    find: Callable[[Draft], Iterator[Finding]]

    def problems(self, draft: Draft) -> tuple[Problem, ...]:
        """Return each breach of this rule in *draft*, once."""
        return tuple(Problem(self, *finding) for finding in dict.fromkeys(self.find(draft)))


@dataclass(frozen=True, slots=True)
class Problem:
    """One breach of one rule at one place."""

    rule: Rule
    pointer: str
    message: str

    def __str__(self) -> str:
        return f"{self.rule.id} {self.rule.level} {self.pointer or '/'}: {self.message}"

    @property
    def is_must(self) -> bool:
        """Whether it fails the review."""
        return self.rule.level is Level.MUST


def rule(
    identity: str, level: Level, sentence: str
) -> Callable[[Callable[[Draft], Iterator[Finding]]], Rule]:
    """Return a decorator that makes a rule of a generator of findings."""

    def make(find: Callable[[Draft], Iterator[Finding]]) -> Rule:
        return Rule(identity, level, sentence, find)

    return make
