"""Tests of the contracts and of their reader."""
