"""Finds credentials with botocore, each time as a new process would.

Reads an environment and a profile (or null) as one line of JSON, and prints the
access key that botocore has in the end, or the name of its exception; null
where it finds none.
"""

import json
import os
import sys

import botocore.session

for line in sys.stdin:
    environment, profile = json.loads(line)
    os.environ.clear()
    os.environ.update(environment)
    try:
        session = botocore.session.Session(profile=profile)
        providers = session.get_component("credential_provider")
        container = providers.get_provider("container-role")
        container._fetcher._sleep = lambda seconds: None
        credentials = session.get_credentials()
        answer = credentials and credentials.get_frozen_credentials().access_key
    except Exception as e:
        answer = type(e).__name__
    print(json.dumps(answer), flush=True)
