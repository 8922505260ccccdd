"""Read the cache files of a home with botocore, and write them again.

argv: the directory of the tokens, that of the credentials, start URL, region,
account, role. stdout: a JSON list of complaints, empty when there is none.
"""
import datetime
import hashlib
import json
import os
import sys

import dateutil.parser
from botocore.credentials import SSOCredentialFetcher
from botocore.utils import JSONFileCache, SSOTokenLoader

tokens, credentials, start_url, region, account, role = sys.argv[1:]
complaints = []


def expect(name, got, want):
    if got != want:
        complaints.append(f"{name}: {got!r}, want {want!r}")


def same_bytes(directory, key):
    """botocore, given what it reads, would write the same bytes."""
    cache = JSONFileCache(directory)
    path = cache._convert_cache_key(key)
    with open(path, "rb") as file:
        before = file.read().decode("ascii")
    expect(path, before, cache._dumps(cache[key]))
    expect(path + " mode", oct(os.stat(path).st_mode & 0o777), "0o600")
    return cache[key]


def lasting(name, text, least, most):
    expires = dateutil.parser.parse(text)
    expect(name, text, expires.strftime("%Y-%m-%dT%H:%M:%SZ"))
    left = expires - datetime.datetime.now(datetime.timezone.utc)
    expect(f"{name}: {left} left", datetime.timedelta(hours=least) < left <= datetime.timedelta(hours=most), True)


loader = SSOTokenLoader(JSONFileCache(tokens))
token = same_bytes(tokens, loader._generate_cache_key(start_url, None))
expect("token", loader(start_url), token)
expect(
    "keys of the token",
    list(token),
    ["startUrl", "region", "accessToken", "expiresAt", "clientId", "clientSecret", "registrationExpiresAt"],
)
expect("startUrl", token["startUrl"], start_url)
expect("region", token["region"], region)
lasting("expiresAt", token["expiresAt"], 7.9, 8)
lasting("registrationExpiresAt", token["registrationExpiresAt"], 24 * 89.9, 24 * 90)

args = {"region": region, "scopes": None, "session_name": None, "startUrl": start_url, "tool": "botocore"}

key = hashlib.sha1(json.dumps(args, sort_keys=True).encode("utf-8")).hexdigest()
registration = same_bytes(tokens, key)
expect("keys of the registration", list(registration), ["clientId", "clientSecret", "expiresAt"])
expect("clientId", registration["clientId"], token["clientId"])

fetcher = SSOCredentialFetcher(start_url, region, role, account, None, cache=JSONFileCache(credentials))
cached = same_bytes(credentials, fetcher._create_cache_key())
expect("keys of the file", list(cached), ["ProviderType", "Credentials"])
expect(
    "keys of the credentials",
    list(cached["Credentials"]),
    ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration", "AccountId"],
)
lasting("Expiration", cached["Credentials"]["Expiration"], 0.9, 1)
expect("access key of the fetcher", fetcher.fetch_credentials()["access_key"], cached["Credentials"]["AccessKeyId"])

json.dump(complaints, sys.stdout)
