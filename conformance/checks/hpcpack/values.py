"""What is given to jobs and tasks, and whether they have it afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hypothesis import strategies as st

from conformance.answer import Answer
from conformance.drivers.hpcpack_cluster import Properties, read
from conformance.probe import Probe

TEXTS = st.one_of(
    st.sampled_from(["Nightly mesh", "über & über", "a,b;c", "it's <bold>", "50% of 'all'", "x"]),
    st.text("abcXYZ 019-_.", min_size=1, max_size=30).map(lambda one: f"c{one}c"),
)
PRIORITIES = ("Lowest", "BelowNormal", "Normal", "AboveNormal", "Highest")

JOB_VALUES = st.fixed_dictionaries(
    {
        "Name": TEXTS,
        "Priority": st.sampled_from(["Highest", *PRIORITIES]),
        "Project": TEXTS,
        "MinCores": st.sampled_from(["2", "1"]),
        "MaxCores": st.sampled_from(["4", "3"]),
        "RunUntilCanceled": st.sampled_from(["True", "False"]),
    }
)
TASK_VALUES = st.fixed_dictionaries(
    {
        "Name": TEXTS,
        "CommandLine": st.sampled_from(["echo hull", "echo keel | sort", "exit 0"]),
        "MinCores": st.sampled_from(["2", "1"]),
        "MaxCores": st.sampled_from(["4", "3"]),
        "IsRerunnable": st.sampled_from(["False", "True"]),
        "WorkDirectory": st.just("C:\\Temp"),
    }
)
DOCUMENTED = frozenset({"Name", "Priority", "CommandLine"})
"""Properties that the document names and that a client can mean to set."""


def different(given: Mapping[str, str], shown: Properties) -> str | None:
    """Return a complaint about the first value that was given and is not shown.

    A property that the document does not name, and that is not shown at all, may be unknown.
    """
    for name, value in given.items():
        text = shown.get(name)
        if text is None and name not in DOCUMENTED:
            continue
        if text is None or text.casefold() != value.casefold():
            return f"{name} was given as {value!r} and is shown as {text!r}"
        if text != value and name in {"Name", "CommandLine", "Project"}:
            return f"{name} was given as {value!r} and is shown as {text!r}"
    return None


def accepted(
    given: Mapping[str, str], send: Callable[[Mapping[str, str]], Answer]
) -> tuple[Answer, Mapping[str, str]]:
    """Send values, or only those that the document names if the target refuses some others."""
    answer = send(given)
    if 400 <= answer.status < 500:
        given = {name: value for name, value in given.items() if name in DOCUMENTED}
        answer = send(given)
    return answer, given


def shows(probe: Probe, key: str, given: Mapping[str, str]) -> None:
    """Violate the requirement unless what has that key shows the values by now."""
    words = different(given, read(probe, key))
    probe.require(words is None, f"{key}: {words}")


def lacks(shown: Properties, named: Properties) -> str | None:
    """Return a complaint if something that can be had by its name is not shown by default."""
    there = {one.casefold() for one in shown.names}
    missing = [one for one in named.names if one.casefold() not in there]
    return f"{', '.join(missing)} can be had by name, and not by default" if missing else None


def not_as_named(names: list[str], shown: Properties, always: frozenset[str]) -> str | None:
    """Return a complaint if other properties are shown than those named."""
    wanted = {one.casefold() for one in names}
    there = [one.casefold() for one in shown.names]
    more = set(there) - wanted
    if more or len(there) != len(set(there)):
        return f"asked for {', '.join(names)} it shows {', '.join(shown.names)}"
    missing = {one.casefold() for one in always} & wanted - set(there)
    return f"asked for {', '.join(names)} it lacks {', '.join(missing)}" if missing else None
