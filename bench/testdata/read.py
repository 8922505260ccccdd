"""Reads a cache file as botocore does, again and again.

read.py DIRECTORY KEY READS VALUES: until there were so many reads and so many
different values. Prints how many there were and how many were torn.
"""
import json
import sys

from botocore.utils import JSONFileCache


def number(value):
    """The number of a whole value, None for a torn one."""
    if "Credentials" in value:
        c = value["Credentials"]
        n = int(c["AccessKeyId"][4:])
        whole = c["SecretAccessKey"] == f"secret{n}" and c["SessionToken"] == f"session{n}+{padding(n)}"
    else:
        n = int(value["refreshToken"].removeprefix("refresh-"))
        whole = value["accessToken"] == f"access-{n}-{padding(n)}" and value["expiresAt"].endswith("Z")
    return n if whole else None


def padding(n):
    return "t" * (n * 611 % 6000)


directory, key, want, want_values = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
cache = JSONFileCache(directory)
reads, torn, values = 0, 0, set()
while reads < want or len(values) < want_values:
    reads += 1
    try:
        n = number(cache[key])
    except (KeyError, ValueError):
        n = None
    if n is None:
        torn += 1
    else:
        values.add(n)
print(json.dumps({"Reads": reads, "Torn": torn, "Values": len(values)}))
