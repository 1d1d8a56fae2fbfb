"""Custom properties and environment variables: what jobs and tasks have beside properties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from conformance.checks.hpcpack.workshop import job_with_tasks
from conformance.drivers.hpcpack_cluster import Properties, path_of, settings, shown
from conformance.mode import Needs
from conformance.probe import Probe
from conformance.registry import check

NAMES = ("CS_HULL", "CS_MESH", "CS_KEEL", "CS_RUDDER")
ABSENT = "CS_NO_SUCH_NAME"
TEXTS = st.one_of(
    st.sampled_from(["trimaran", "fine mesh", "a;b=c", "4", "über", "it's <x>"]),
    st.text("abcXYZ 019-_.", min_size=1, max_size=20).map(lambda one: f"c{one}c"),
)
VALUES = st.fixed_dictionaries(dict.fromkeys(NAMES, TEXTS))
PLANS = st.tuples(VALUES, st.integers(1, 2))

Plan = tuple[dict[str, str], int]


@dataclass(frozen=True, slots=True)
class Annex:
    """One of the four: the operations that read and set it, and whose it is."""

    noun: str
    is_of_task: bool

    @property
    def reader(self) -> str:
        """The operation that reads it."""
        return f"get{self._name}"

    @property
    def setter(self) -> str:
        """The operation that sets it."""
        return f"set{self._name}"

    @property
    def _name(self) -> str:
        return f"{'Task' if self.is_of_task else 'Job'}{self.noun}"

    def made(self, probe: Probe, number: int) -> tuple[str, str]:
        """Return the key of something new that has it, and of another beside."""
        job = job_with_tasks(probe, 2)
        if self.is_of_task:
            return f"{job}.{number}", f"{job}.{3 - number}"
        return job, job_with_tasks(probe, 1)

    def set(self, probe: Probe, key: str, values: Mapping[str, str]) -> None:
        """Set some of it."""
        probe.ok(self.setter, path=path_of(key), body=settings(values))

    def read(self, probe: Probe, key: str, *names: str) -> Properties:
        """Read it: what is named, else all."""
        query = {"names": ",".join(names)} if names else None
        return shown(probe.ok(self.reader, path=path_of(key), query=query))

    def shows(self, probe: Probe, key: str, values: Mapping[str, str]) -> None:
        """Violate the requirement unless it shows the values by now."""
        found = self.read(probe, key)
        right = all(found.get(name) == value for name, value in values.items())
        probe.require(right, f"{key} was given {values}, and shows {found}")


def _reading(annex: Annex) -> None:
    @check(f"hpcpack/{annex.reader}/all-by-default", needs=Needs.CREATE, plan=PLANS, examples=2)
    def all_are_shown_by_default(probe: Probe, plan: Plan) -> None:
        """Without names, all that was set is shown."""
        values, number = plan
        key, _ = annex.made(probe, number)
        annex.set(probe, key, values | {"CS_LAST": "x"})
        found = annex.read(probe, key)
        missing = [name for name in (*values, "CS_LAST") if name not in found]
        probe.require(not missing, f"of {key} {', '.join(missing)} was set, and {found} is shown")

    @check(f"hpcpack/{annex.reader}/only-named", needs=Needs.CREATE, plan=PLANS, examples=3)
    def only_what_is_named_is_shown(probe: Probe, plan: Plan) -> None:
        """With names, one of them or two, just these are shown, with their values."""
        values, number = plan
        key, _ = annex.made(probe, number)
        annex.set(probe, key, values)
        there = sorted(values)
        for names in (there[:1], there[-1:], [there[-1], there[0]]):
            found = annex.read(probe, key, *names)
            more = {one.casefold() for one in found.names} - {one.casefold() for one in names}
            probe.require(not more, f"asked for {', '.join(names)}, it shows {found}")
            for name in names:
                words = f"asked for {name}, which is {values[name]!r}, it shows {found}"
                probe.require(found.get(name) == values[name], words)


def _setting(annex: Annex) -> None:
    @check(f"hpcpack/{annex.setter}/values-are-set", needs=Needs.CHANGE, plan=PLANS, examples=3)
    def what_is_set_is_shown(probe: Probe, plan: Plan) -> None:
        """When values are set and set anew, they are shown there, and nowhere else."""
        values, number = plan
        key, other = annex.made(probe, number)
        annex.set(probe, key, values)
        annex.shows(probe, key, values)
        changed = {max(values): "changed", min(values): "changed too"}
        annex.set(probe, key, changed)
        annex.shows(probe, key, changed)
        found = annex.read(probe, other)
        leaked = [name for name in values if name in found]
        probe.require(not leaked, f"what was set of {key} is shown of {other}: {found}")

    @check(f"hpcpack/{annex.setter}/others-stay", needs=Needs.CHANGE, plan=PLANS, examples=2)
    def what_is_not_set_stays(probe: Probe, plan: Plan) -> None:
        """When one value is set, the others that were set before keep theirs."""
        values, number = plan
        key, _ = annex.made(probe, number)
        annex.set(probe, key, values)
        first, *others = sorted(values)
        annex.set(probe, key, {first: "changed"})
        annex.shows(probe, key, {name: values[name] for name in others})
        annex.set(probe, key, {"CS_NEW": "new"})
        kept = {name: values[name] for name in others}
        annex.shows(probe, key, {first: "changed", "CS_NEW": "new", **kept})


BESIDE = ((ABSENT,), (ABSENT, NAMES[0]), (NAMES[0], ABSENT))
"""How a name that nothing has is asked for: alone, before another, after another."""


def _absent(annex: Annex) -> None:
    @check(f"hpcpack/{annex.reader}/unknown-name-left-out", needs=Needs.CREATE)
    def an_unknown_name_is_not_shown(probe: Probe, _: None) -> None:
        """With a name that nothing has, alone or beside another, the name is not shown."""
        key, _other = annex.made(probe, 1)
        annex.set(probe, key, {NAMES[0]: "here"})
        for names in BESIDE:
            found = annex.read(probe, key, *names)
            probe.require(ABSENT not in found, f"asked for {', '.join(names)}, it shows {found}")


def _empty(annex: Annex) -> None:
    @check(f"hpcpack/{annex.reader}/unknown-name-is-empty", needs=Needs.CREATE)
    def an_unknown_name_is_shown_empty(probe: Probe, _: None) -> None:
        """With a name that no variable has, the name is shown with an empty value."""
        key, _other = annex.made(probe, 1)
        annex.set(probe, key, {NAMES[0]: "here"})
        for names in BESIDE:
            found = annex.read(probe, key, *names)
            words = f"asked for {', '.join(names)}, it shows {found}"
            probe.require(found.get(ABSENT) == "", words)


for of_task in (False, True):
    custom = Annex("CustomProperties", of_task)
    variables = Annex("EnvironmentVariables", of_task)
    for one in (custom, variables):
        _reading(one)
        _setting(one)
    _absent(custom)
    _empty(variables)
