"""Assume roles with the profile named in argv[1], one with the other, as boto3 does.

stdout: JSON, who the last role is, the account of its access key and what
GetSessionToken says.
"""
import json
import sys

import boto3
from botocore.exceptions import ClientError


def assume(session, arn, name):
    answer = session.client("sts").assume_role(RoleArn=arn, RoleSessionName=name, DurationSeconds=900)
    keys = answer["Credentials"]
    assumed = boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name="us-west-2",
    )
    assert assumed.client("sts").get_caller_identity()["Arn"] == answer["AssumedRoleUser"]["Arn"]
    return assumed


first = assume(boto3.Session(profile_name=sys.argv[1]), "arn:aws:iam::123456789022:role/ci/Deploy", "one")
second = assume(first, "arn:aws:iam::123456789022:role/Release", "two")
sts = second.client("sts")
try:
    refused = sts.get_session_token()
except ClientError as error:
    refused = error.response["Error"]
json.dump(
    {
        "arn": sts.get_caller_identity()["Arn"],
        "account": sts.get_access_key_info(AccessKeyId=second.get_credentials().access_key)["Account"],
        "refused": [refused["Code"], refused["Message"]],
    },
    sys.stdout,
)
