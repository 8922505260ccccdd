"""Splits commands with botocore: each line is a platform and a command as JSON,
each answer the list of words, or null where botocore refuses."""

import json
import sys

from botocore.compat import compat_shell_split

for line in sys.stdin:
    platform, command = json.loads(line)
    try:
        print(json.dumps(compat_shell_split(command, platform)))
    except ValueError:
        print("null")
