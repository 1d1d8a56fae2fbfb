"""AWS Deadline Cloud, where its service model contradicts the page on GetTask."""

from mockserver.dialect import Account

ACCOUNT = Account(
    implementation="aws-service-model-2023-10-12",
    anyway={
        "Gives it the pattern of a session action id and calls it one, where the text says "
        "session id.": "The page contradicts itself, and the contract follows the member's name.",
        "Calls it, of tasks that are found by a search, the status that the task is being updated "
        "to.": "Both sentences describe the same values on the wire.",
        "Has a fifth member, chunkInt, for tasks that run a chunk of a range.": (
            "A job template that asks for chunks can be answered in no other way."
        ),
    },
)
