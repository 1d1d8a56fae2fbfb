"""The pickles of a snapshot, read opcode by opcode and never loaded."""

from __future__ import annotations

import base64
import binascii
import io
import pickletools
from collections.abc import Iterable
from typing import Any

from conformance.drivers.pulp_tasks import read_snapshots, snapshot_of
from conformance.failures import Violation
from conformance.probe import Probe
from conformance.registry import check

PICKLED = (
    "callable",
    "args",
    "kwargs",
    "timeout",
    "schedule_threshold",
    "_progress_callback",
    "start_time",
    "finish_time",
    "result",
    "exception",
    "traceback",
)
SAMPLE = 3  # snapshots that are read one by one
FRAMING = frozenset({"PROTO", "FRAME", "MEMOIZE", "PUT", "BINPUT", "LONG_BINPUT"})
Opcodes = list[tuple[str, object]]


def opcodes(text: str) -> Opcodes | None:
    """Return the opcodes of a pickle, or None if the text is none, or more or less than one."""
    for pickle in _bytes(text):
        stream = io.BytesIO(pickle)
        try:
            found = [(code.name, argument) for code, argument, _ in pickletools.genops(stream)]
        except (ValueError, IndexError, KeyError, EOFError, OverflowError):
            continue
        if not stream.read().strip():
            return found
    return None


def _bytes(text: str) -> Iterable[bytes]:
    """Return the ways to read a text as bytes: as they are, or in Base64."""
    for encoding in ("latin-1", "utf-8"):
        try:
            yield text.encode(encoding)
        except UnicodeEncodeError:
            continue
    try:
        yield base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return


def is_none(codes: Opcodes) -> bool:
    """Whether the pickle holds None and nothing else."""
    return [name for name, _ in codes if name not in FRAMING] == ["NONE", "STOP"]


def mentions(codes: Opcodes, class_name: str) -> bool:
    """Whether the pickle makes an object of a class of that name."""
    names: set[str] = set()
    for name, argument in codes:
        if name in {"GLOBAL", "INST"}:
            names.add(str(argument).rpartition(" ")[2])
        elif isinstance(argument, str):
            names.add(argument)
    return class_name in names


def snapshots(probe: Probe) -> list[dict[str, Any]]:
    """Return snapshots as the list shows them, and some as they are shown alone."""
    found = read_snapshots(probe)
    probe.assume(found, "no task has a snapshot")
    alone = [snapshot_of(probe, one["id"]) for one in found[:SAMPLE]]
    return [*found, *(one for one in alone if one is not None)]


def pickles(probe: Probe, names: Iterable[str]) -> Iterable[tuple[str, Opcodes | None]]:
    """Return the pickles with those names, each with where it stands; nulls are passed over."""
    seen = False
    for snapshot in snapshots(probe):
        for name in names:
            text = snapshot.get(name)
            if isinstance(text, str):
                seen = True
                yield f"{name} of the snapshot of {snapshot['id']}", opcodes(text)
    probe.assume(seen, "no snapshot has such a pickle")


@check("pulp/TaskSnapshot/pickled-properties-are-pickles")
def what_is_pickled_is_a_pickle(probe: Probe, _: None) -> None:
    """Each property that is kept in pickle is one whole pickle."""
    for place, codes in pickles(probe, PICKLED):
        probe.require(codes is not None, f"{place} is no complete pickle")


def hold(probe: Probe, names: Iterable[str], class_name: str) -> None:
    """Require that each of the pickles holds an object of that class, or None."""
    judged = False
    for place, codes in pickles(probe, names):
        if codes is None:
            continue  # that is for another check
        judged = True
        if not is_none(codes) and not mentions(codes, class_name):
            raise Violation(f"{place} holds no {class_name}")
    probe.assume(judged, "no snapshot has such a pickle")


@check("pulp/TaskSnapshot/time-limits-are-time-differences")
def a_limit_is_a_time_difference(probe: Probe, _: None) -> None:
    """The limits of a task are kept as time differences, or as None."""
    hold(probe, ("timeout", "schedule_threshold"), "timedelta")


@check("pulp/TaskSnapshot/times-are-datetimes")
def a_time_is_a_datetime(probe: Probe, _: None) -> None:
    """The times of a task are kept as dates with a time, or as None."""
    hold(probe, ("start_time", "finish_time"), "datetime")
