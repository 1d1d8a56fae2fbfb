"""Tests of the APIs that the mock plays: what their contracts do not say."""
