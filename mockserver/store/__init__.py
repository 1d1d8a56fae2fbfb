"""The state of all resources in one SQL database: written by transitions, read by the page.

SQLAlchemy Core says what the tables and statements are; each statement is compiled once and then
run on the driver's own connection, which costs a tenth of SQLAlchemy's execution.
"""

from mockserver.store.collection import Collection
from mockserver.store.database import Database, open_database
from mockserver.store.layout import Layout, Resource
from mockserver.store.query import Condition, Query

__all__ = [
    "Collection",
    "Condition",
    "Database",
    "Layout",
    "Query",
    "Resource",
    "open_database",
]
