"""Deadline 10, where it contradicts its manual: in nothing that the mock does not do anyway."""

from mockserver.dialect import Account

ACCOUNT = Account(
    implementation="deadline-10",
    anyway={
        "Answers IdOnly=true with an array, which is JSON but not an object; either passes here.": (
            "The manual prints no such answer, and the clients of Deadline 10 read an array."
        ),
    },
)
