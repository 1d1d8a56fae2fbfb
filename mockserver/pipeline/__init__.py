"""The way of a request: route, read, coerce, check, call, answer.

All that depends on the operation alone is worked out once, at start-up.
"""
