"""Tests of the legal surprises."""
