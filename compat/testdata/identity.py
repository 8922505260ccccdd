"""Print who the profile named in argv[1] is, as boto3 sees it."""
import json
import sys

import boto3

session = boto3.Session(profile_name=sys.argv[1])
identity = session.client("sts").get_caller_identity()
print(json.dumps({key: identity[key] for key in ("UserId", "Account", "Arn")}))
