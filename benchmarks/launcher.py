"""Runs commands for `timing`, one after another, from a process that is small itself.

A child's peak memory counts from its parent's at the fork: a large parent would hide what the child holds.
"""

import json
import os
import subprocess
import sys
import time


def run(command: list[str], env: dict[str, str]) -> dict[str, object]:
    """A whole process: its time in seconds, its peak memory as the system counts it, its exit status, its errors."""
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, **env})
    assert child.stderr is not None
    with child.stderr as words:
        said = words.read()
    _, status, usage = os.wait4(child.pid, 0)
    taken = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    return {"seconds": taken, "peak": usage.ru_maxrss, "code": child.returncode, "said": said.decode(errors="replace")}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(run(**json.loads(line))), flush=True)
