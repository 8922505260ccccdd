"""Assumes a role with botocore, whose calls to STS are answered here.

Reads the keyword arguments of botocore's AssumeRoleCredentialFetcher and the
cache directory as one line of JSON, and prints the cache key, the access key
that it got, and how often STS was called.
"""

import datetime
import json
import sys

from botocore.credentials import AssumeRoleCredentialFetcher, Credentials, JSONFileCache
from dateutil.tz import tzutc


class STS:
    calls = 0

    def assume_role(self, **kwargs):
        STS.calls += 1
        return {
            "Credentials": {
                "AccessKeyId": "ASIABOTO",
                "SecretAccessKey": "s/+",
                "SessionToken": "t=",
                "Expiration": datetime.datetime(2126, 11, 23, 1, 0, 0, tzinfo=tzutc()),
            },
            "AssumedRoleUser": {
                "AssumedRoleId": "AROA:me",
                "Arn": "arn:aws:sts::123456789012:assumed-role/r/me",
            },
        }


for line in sys.stdin:
    asked = json.loads(line)
    STS.calls = 0
    fetcher = AssumeRoleCredentialFetcher(
        client_creator=lambda *args, **kwargs: STS(),
        source_credentials=Credentials("a", "b", "c"),
        role_arn=asked["role_arn"],
        extra_args=asked["extra_args"],
        mfa_prompter=lambda prompt: "123456",
        cache=JSONFileCache(asked["cache"]),
    )
    got = fetcher.fetch_credentials()
    print(json.dumps([fetcher._cache_key, got["access_key"], got["account_id"], STS.calls]), flush=True)
