"""Tests of the suite itself, against small real servers, good ones and faulty ones."""
