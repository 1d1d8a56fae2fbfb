"""The judge: contracts and a target URL in, one verdict per requirement out."""

SUITE_VERSION = "0.1.0"
