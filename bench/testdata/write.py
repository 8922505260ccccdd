"""Writes a cache file in place, again and again, until it is killed.

write.py DIRECTORY KEY PAUSE. The AWS CLI v2 does so to this day, and botocore
did before it learned to rename (JSONFileCache.__setitem__).
"""
import os
import sys
import time

from botocore.utils import JSONFileCache


class InPlace(JSONFileCache):
    def __setitem__(self, key, value):
        content = self._dumps(value)
        with os.fdopen(os.open(self._convert_cache_key(key), os.O_WRONLY | os.O_CREAT, 0o600), "w") as f:
            f.truncate()
            f.write(content)


def other(old, n):
    """The value that follows old, with the number n."""
    padding = "t" * (n * 611 % 6000)
    if "Credentials" not in old:
        return {**old, "accessToken": f"access-{n}-{padding}", "refreshToken": f"refresh-{n}"}
    c = {**old["Credentials"], "AccessKeyId": f"ASIA{n:016}", "SecretAccessKey": f"secret{n}",
         "SessionToken": f"session{n}+{padding}"}
    return {**old, "Credentials": c}


directory, key, pause = sys.argv[1], sys.argv[2], float(sys.argv[3])
cache = InPlace(directory)
value = cache[key]
print("started", flush=True)
n = 0
while True:
    n += 1
    cache[key] = other(value, n)
    if pause:
        time.sleep(pause)
