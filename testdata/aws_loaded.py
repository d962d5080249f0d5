"""Runs the AWS CLI, loaded once: loading it is most of what a call takes.

Each line of input is a call, as JSON. Each call is a process of its own, forked
from this one, that does what /usr/bin/aws does; a line with its exit code
answers it.
"""

import json
import os
import sys

import awscli.clidriver
import awscli.handlers  # what the CLI loads next


def run(call):
    """Be the CLI, in the process of one call."""
    for fd, path, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, call["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        (2, call["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
    ):
        os.dup2(os.open(path, flags, 0o600), fd)
    os.chdir(call["dir"])
    os.environ.update(call["env"])
    sys.argv = ["aws"] + call["args"]
    try:
        code = awscli.clidriver.main()
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 1)


print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        run(json.loads(line))
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
