"""Print a URL that says who the profile named in argv[1] is, signed in its query."""
import sys

import boto3

client = boto3.Session(profile_name=sys.argv[1]).client("sts")
print(client.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET"))
