"""Runs schemathesis with all its checks against a server with demonstration data, as each kind of caller.

Usage: schemathesis.py SERVER EXAMPLES. `cargo xtask test api` calls it. The last line counts the callers that found
nothing and those that found something.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))

# schemathesis' own checks are parts of those in schemathesis_hooks.py.
REPLACED = "positive_data_acceptance,use_after_free,not_a_server_error"
# A wrong key counts as a guess: after ten of them the address has to wait, with the right key too. That a request
# without a key is refused is tested in crates/server/tests/embed.rs.
GUESSES = "missing_required_header,ignored_auth"
# An answer without end can't be read to its end. crates/server/tests/events.rs and visitor.rs test the streams.
STREAMS = ["--exclude-path-regex", "/events$"]


# A container may have as little as 64 MiB.
ROOM = 1 << 30


def main():
    server, examples = sys.argv[1:]
    # In memory where there is room: while other steps write gigabytes, a sync to the disk can take ten seconds.
    memory = "/dev/shm"
    has_room = os.path.isdir(memory) and shutil.disk_usage(memory).free > ROOM
    with tempfile.TemporaryDirectory(dir=memory if has_room else None) as directory:
        database = os.path.join(directory, "sidenote.db")
        words = [server, "serve", "--demo", "--db", database, "--addr", "127.0.0.1:0"]
        with open(os.path.join(directory, "log"), "w") as log:
            serving = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            url = serving.stdout.readline().split(" on ")[1].strip()
            failed = sum(not run(url, examples, directory, *caller) for caller in callers(server, database, url))
        finally:
            serving.terminate()
    print(f"{CALLERS - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


def call(url, method, body=None, headers=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json", **(headers or {})}, method=method)
    with urllib.request.urlopen(request) as answer:
        return answer.headers, answer.read()


CALLERS = 4


def callers(server, database, url):
    """The name of each caller, schemathesis' arguments for it, and what exists for it."""
    headers, _ = call(f"{url}/api/v1/session", "POST", {"email": "maya@acme.test", "password": "demo"})
    cookie = headers["Set-Cookie"].split(";")[0]
    _, page = call(f"{url}/api/v1/conversations?limit=1", "GET", headers={"Cookie": cookie})
    conversation = json.loads(page)["items"][0]
    _, visit = call(f"{url}/contact/v1/acme/visits", "POST", {})
    origin = "https://crm.example"
    embed = [server, "embed"]
    org = ["--db", database, "--org", "acme"]
    key = subprocess.run([*embed, "key", "add", *org, "crm"], stdout=subprocess.PIPE, text=True, check=True)
    subprocess.run([*embed, "origin", "add", *org, origin], stdout=subprocess.DEVNULL, check=True)
    known = {
        "contact": conversation["contact_id"],
        "conversation": conversation["id"],
        "agent": "maya@acme.test",
        "origin": origin,
    }
    page = ["-H", f"Cookie: {cookie}", "-H", "X-Sidenote: 1", "-H", "Sec-Fetch-Site: same-origin"]
    # The session is left to somebody without one: signing out would end the agents' run.
    # A wrong current password counts as a guess, too; crates/server/tests/own_account.rs tests it.
    left_out = ["--exclude-path", "/api/v1/session", "--exclude-path", "/api/v1/me/password"]
    yield "agents", ["--include-path-regex", "^/api/", *left_out, *page], "", known
    yield "nobody", ["--include-path", "/api/v1/session"], "", known
    visitor = f"Authorization: Bearer {json.loads(visit)['token']}"
    yield "contacts", ["--include-path-regex", "^/contact/", "-H", visitor], "", known
    host = f"Authorization: Bearer {key.stdout.strip()}"
    yield "hosts", ["--include-path-regex", "^/embed/", "-H", host], GUESSES, known


def run(url, examples, directory, name, arguments, without, known):
    """Whether a caller found nothing."""
    command = [sys.executable, "-m", "schemathesis.cli", "run", f"{url}/api/v1/openapi.json", "-n", examples]
    command += ["--checks", "all", "--exclude-checks", ",".join(filter(None, [REPLACED, without]))]
    # The same requests each time, so that a run that fails can be repeated. How fast requests are made up depends on
    # the machine.
    command += ["--seed", "1", "--suppress-health-check", "all", "--continue-on-failure", "--warnings", "off"]
    hooks = os.path.join(HERE, "schemathesis_hooks.py")
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": hooks, "SIDENOTE_KNOWN": json.dumps(known), "PYTHONHASHSEED": "0"}
    done = subprocess.run(
        [*command, *STREAMS, *arguments],
        cwd=directory,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    count = [line for line in done.stdout.splitlines() if " generated, " in line]
    print(f"{name}: {count[0].strip() if count else 'no requests'}", flush=True)
    if done.returncode != 0:
        print(done.stdout, flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    main()
