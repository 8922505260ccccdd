"""Print the files of the directories in argv that botocore would write otherwise."""
import glob
import os
import sys

from botocore.utils import JSONFileCache

for directory in sys.argv[1:]:
    cache = JSONFileCache(directory)
    for path in sorted(glob.glob(os.path.join(directory, "*.json"))):
        key = os.path.basename(path)[: -len(".json")]
        with open(path, "rb") as file:
            before = file.read()
        if before != cache._dumps(cache[key]).encode("utf-8"):
            print(path, before)
