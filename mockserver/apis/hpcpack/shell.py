"""A toy command interpreter: believable output and exit codes, and nothing is ever run.

It knows `echo`, `set` and `env`, `sleep N` and `timeout /t N`, `exit N`, `true` and `false`, joined
by `&&`, `||`, `&` and `;`, with `%NAME%`, `$NAME` and `${NAME}` for variables. Any other command
succeeds without a word, unless its name says that it fails.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

SEPARATOR = re.compile(r"\s*(&&|\|\||[&;\n])\s*")
VARIABLE = re.compile(r"%(\w+)%|\$\{(\w+)\}|\$(\w+)", re.ASCII)
SECONDS = re.compile(r"[0-9]{1,7}(\.[0-9]{1,6})?", re.ASCII)
NUMBER = re.compile(r"-?[0-9]{1,9}", re.ASCII)

LONGEST_OUTPUT = 4_000
"""How many characters of output a task keeps."""


@dataclass(slots=True)
class Outcome:
    """What a command line did: what it wrote, what it returned, how long it slept."""

    output: str = ""
    exit_code: int = 0
    slept: float = 0.0


def run(line: str, variables: Mapping[str, str]) -> Outcome:
    """Return what *line* would do with these *variables*, whose names are read in any case."""
    folded = {name.lower(): value for name, value in variables.items()}
    outcome = Outcome()
    lines: list[str] = []
    parts = SEPARATOR.split(line.strip())
    joint = ";"
    for index in range(0, len(parts), 2):
        skipped = (joint == "&&" and outcome.exit_code) or (joint == "||" and not outcome.exit_code)
        if not skipped and parts[index]:
            _step(_expand(parts[index], folded), variables, outcome, lines)
            if _words(parts[index])[0] == "exit":
                break
        joint = parts[index + 1] if index + 1 < len(parts) else ";"
    outcome.output = "\n".join(lines)[:LONGEST_OUTPUT]
    return outcome


def _words(command: str) -> tuple[str, str]:
    """Return the lower-case name of a command, without its path and extension, and the rest."""
    head, _, rest = command.strip().partition(" ")
    name = re.split(r"[\\/]", head.strip('"'))[-1].lower()
    return re.sub(r"\.(exe|cmd|bat|sh|py)$", "", name), rest.strip()


def _expand(command: str, folded: Mapping[str, str]) -> str:
    """Return *command* with the values of its variables; unknown ones stay as they are."""

    def value(found: re.Match[str]) -> str:
        name = found[1] or found[2] or found[3]
        return folded.get(name.lower(), found[0])

    return VARIABLE.sub(value, command)


def _step(command: str, variables: Mapping[str, str], outcome: Outcome, lines: list[str]) -> None:
    """Carry out one command."""
    name, rest = _words(command)
    outcome.exit_code = 0
    match name:
        case "echo":
            lines.append(rest.strip('"'))
        case "set" | "env" | "printenv":
            lines.extend(f"{key}={variables[key]}" for key in sorted(variables))
        case "sleep" | "timeout":
            found = SECONDS.search(rest)
            outcome.slept += float(found[0]) if found else 0.0
            outcome.exit_code = 0 if found else 1
        case "exit":
            found = NUMBER.search(rest)
            outcome.exit_code = int(found[0]) if found else 0
        case _:
            outcome.exit_code = 1 if name == "false" or "fail" in name else 0
            if outcome.exit_code:
                lines.append(f"{name} failed")
