"""Says of each URL, one JSON string a line, whether botocore asks it for the
credentials of a container."""

import json
import sys

from botocore.utils import ContainerMetadataFetcher

fetcher = ContainerMetadataFetcher()
for line in sys.stdin:
    try:
        fetcher._validate_allowed_url(json.loads(line))
        print("true", flush=True)
    except ValueError:
        print("false", flush=True)
