"""What schemathesis needs to know about this API: things that exist, and the refusals that no schema can say.

`cargo xtask test api` runs schemathesis with this file.
"""

import json
import os
import re

import schemathesis
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import UseAfterFree, positive_data_acceptance, use_after_free

UUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
SLUG = re.compile("[a-z0-9-]{1,40}")
# Values in an ordinary form. Another may be one that must be refused, and stays as it is.
ORDINARY = {"agent": re.compile("[ -~]{1,254}"), "origin": re.compile("https?://[a-z0-9.-]+(:[0-9]+)?")}

# Things of the demonstration data. With random ids, every answer would be "not found".
KNOWN = json.loads(os.environ["SIDENOTE_KNOWN"])

# Refusals of requests that the schema allows: what they depend on is not in the request.
NAMED = {
    "bad-cursor": "A cursor is signed by the server for one list.",
    "wrong-contact": "Whether a conversation is with a contact is in the database.",
    "changed": "Which version is the present one is in the database.",
    "gone": "Whether an id was deleted is in the database.",
}

# The same, for values of single fields.
NAMED_FIELDS = {
    ("/agent", "unknown"): "The agents of an organization are in the database.",
    ("/assignee_id", "unknown-agent"): "The agents of an organization are in the database.",
    ("/change", "not-of-contacts"): "Which changes there are depends on what is to be changed, beside it.",
    ("/email", "taken"): "Who is in the team is in the database.",
    ("/email", "too-many"): "How many are invited is in the database.",
    ("/channel_id", "unknown-channel"): "The channels of an organization are in the database.",
    ("/birthday", "invalid"): "Nobody is born after today, and the document is made once.",
    ("/time_zone", "unknown-zone"): "Which zones there are is in the IANA time zone database.",
    ("/origin", "not-listed"): "The origins of an organization are in the database.",
    ("/origin", "not-an-origin"): "Which names a host can have is defined by IDNA, not by a pattern.",
}


# schemathesis writes letters and digits only into the headers that it makes up beside the pattern.
PLAIN_HEADER = "If-Match"


def is_named(response, case):
    try:
        problem = response.json()
    except ValueError:
        return False
    code = problem.get("type", "").removeprefix("/problems/")
    if code in NAMED or (code == "bad-header" and (case.headers or {}).get(PLAIN_HEADER, "").isalnum()):
        return True
    errors = [(error["pointer"], error["code"]) for error in problem.get("errors", [])]
    # Which form the value has depends on the key beside it.
    if case.operation.path.endswith("/by/{key}/{value}") and {code for _, code in errors} == {"invalid"}:
        return True
    return bool(errors) and all(error in NAMED_FIELDS for error in errors)


@schemathesis.check
def valid_data_is_accepted(ctx, response, case):
    """schemathesis' own check, except for what is named above."""
    if not is_named(response, case):
        return positive_data_acceptance(ctx, response, case)


@schemathesis.check
def the_server_does_not_fail(ctx, response, case):
    """schemathesis' own check, except for "busy": while the file is rewritten after an erasure, a change may wait longer
    than its five seconds, on a machine with much else to do."""
    if response.status_code == 503 and response.json().get("type") == "/problems/busy":
        return None
    return not_a_server_error(ctx, response, case)


ERASURE = re.compile("DELETE /api/v1/contacts/[^/]+")


@schemathesis.check
def what_was_deleted_is_gone(ctx, response, case):
    """schemathesis' own check, except for erased contacts: they stay, empty, so that open pages can say so."""
    try:
        return use_after_free(ctx, response, case)
    except UseAfterFree as found:
        if not ERASURE.fullmatch(found.free):
            raise


def resource(path):
    return "contact" if path.startswith("/api/v1/contacts") else "conversation"


@schemathesis.hook
def map_path_parameters(ctx, path_parameters):
    """Half of the requests are about something that exists."""
    values = dict(path_parameters or {})
    path = ctx.operation.path
    if hash(str(values)) % 2 == 0:
        # Another form is a request that must be refused, and stays as it is.
        if path.startswith("/api/") and UUID.fullmatch(str(values.get("id"))):
            values["id"] = KNOWN[resource(path)]
        if SLUG.fullmatch(str(values.get("org", "-/-"))):
            values["org"] = "acme"
    return values


@schemathesis.hook
def map_body(ctx, body):
    """Half of the requests for a token are for an agent and an origin that exist."""
    if isinstance(body, dict) and ctx.operation.path.startswith("/embed/") and hash(str(body)) % 2 == 0:
        for name, form in ORDINARY.items():
            if isinstance(body.get(name), str) and form.fullmatch(body[name]):
                body = {**body, name: KNOWN[name]}
    return body
