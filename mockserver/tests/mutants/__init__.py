"""Tests of the mutants: each really breaks what it says."""
