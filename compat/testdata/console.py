"""Print a link into the web console, made as AWS's user guide says.

argv: the profile, the federation endpoint, the destination, and the
SessionDuration, which may be left out.
"""
import json
import sys
import urllib.parse
import urllib.request

import boto3

profile, endpoint, destination, *duration = sys.argv[1:]
keys = boto3.Session(profile_name=profile).get_credentials().get_frozen_credentials()
session = {"sessionId": keys.access_key, "sessionKey": keys.secret_key, "sessionToken": keys.token}
ask = {"Action": "getSigninToken", "Session": json.dumps(session)}
if duration:
    ask["SessionDuration"] = duration[0]
with urllib.request.urlopen(endpoint + "?" + urllib.parse.urlencode(ask)) as answer:
    token = json.load(answer)["SigninToken"]
go = {"Action": "login", "Issuer": "https://example.com/", "Destination": destination, "SigninToken": token}
print(endpoint + "?" + urllib.parse.urlencode(go))
