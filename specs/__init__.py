"""The contracts: one hand-written OpenAPI file per API, and their one small reader."""
