"""Who calls: the access key in the signature, which is looked at and not verified."""

from __future__ import annotations

import re

from mockserver.apis.deadline_cloud.building import ACCOUNT
from mockserver.apis.deadline_cloud.refusals import AccessDeniedError
from mockserver.pipeline.call import Call

SCHEME = "AWS4-HMAC-SHA256"

SIGNATURE = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=([A-Za-z0-9_]{1,128})/[0-9]{8}/[a-z0-9-]+/deadline/aws4_request"
    r", *SignedHeaders=[a-z0-9;_-]+, *Signature=[0-9a-f]{64}"
)

DENIED_KEY = "AKIADENIEDDENIEDDENY"
"""The access key of a user who may do nothing."""


def check(call: Call, *, demanded: bool) -> None:
    """Refuse a signature that is malformed or a denied user's, and none if it is *demanded*."""
    given = call.header("authorization")
    if given is None or not (demanded or given.startswith(SCHEME)):
        if demanded:
            raise AccessDeniedError(
                "Missing Authentication Token", code="MissingAuthenticationTokenException"
            )
        return
    found = SIGNATURE.fullmatch(given.strip())
    if found is None:
        raise AccessDeniedError(
            "The Authorization header is not a complete signature.",
            code="IncompleteSignatureException",
        )
    if found[1] == DENIED_KEY:
        raise AccessDeniedError("User is not authorized to perform this action.")


def caller_of(call: Call) -> str:
    """Return the user whose key signed the request, as createdBy and updatedBy name them."""
    found = SIGNATURE.fullmatch((call.header("authorization") or "").strip())
    return f"arn:aws:iam::{ACCOUNT}:user/{found[1] if found else 'anonymous'}"
