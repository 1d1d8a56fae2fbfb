"""Time, as the mock tells it."""

from __future__ import annotations

import pytest

from mockserver.clock import END, FROZEN_START, SECOND, Clock, parse


class Wall:
    """A wall clock that is moved by hand, in seconds."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> int:
        """Return nanoseconds, as `time.time_ns` does."""
        return int(self.seconds * 1_000_000_000)


def test_a_real_clock_goes_with_the_wall() -> None:
    """At factor 1 a second is a second."""
    wall = Wall()
    clock = Clock(wall=wall)
    before = clock.now()
    wall.seconds += 2.5

    assert clock.now() - before == 2.5 * SECOND


def test_a_frozen_clock_stands_still() -> None:
    """At factor 0 no time passes, and it stands at the beginning of 2026."""
    assert parse("frozen").now() == parse("frozen").now() == FROZEN_START


def test_a_factor_multiplies_time() -> None:
    """At 60x a second of the wall is a minute."""
    wall = Wall()
    clock = Clock(60.0, start=0, wall=wall)
    wall.seconds += 2

    assert clock.now() == 120 * SECOND


def test_a_changed_factor_goes_on_from_now() -> None:
    """Setting the factor makes no jump."""
    wall = Wall()
    clock = Clock(10.0, start=0, wall=wall)
    wall.seconds += 1
    clock.set_factor(2.0)
    assert clock.now() == 10 * SECOND
    wall.seconds += 1

    assert clock.now() == 12 * SECOND
    assert clock.factor == 2.0


def test_a_jump_goes_forward_only() -> None:
    """A clock moves to a later moment and refuses an earlier one."""
    clock = Clock(0.0, start=100)
    clock.move_to(200)
    assert clock.now() == 200

    with pytest.raises(ValueError, match="backwards"):
        clock.move_to(199)
    with pytest.raises(ValueError, match="backwards"):
        clock.set_factor(-1)


def test_time_ends_before_dates_do() -> None:
    """A clock cannot be moved to where no date can be written."""
    clock = Clock(0.0, start=0)
    clock.move_to(END)

    with pytest.raises(ValueError, match="no time"):
        clock.move_to(END + 1)


@pytest.mark.parametrize("text", ["", "fast", "x", "-1x", "1e3x", "60", "60 x"])
def test_what_names_no_clock_is_refused(text: str) -> None:
    """Only real, frozen and factors name clocks."""
    with pytest.raises(ValueError, match="no clock"):
        parse(text)


@pytest.mark.parametrize(
    ("text", "factor"), [("real", 1), ("frozen", 0), ("60x", 60), ("0.5x", 0.5)]
)
def test_clocks_are_named(text: str, factor: float) -> None:
    """Each name gives the clock of that factor."""
    assert parse(text).factor == factor
