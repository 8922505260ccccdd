"""Names of cache files as botocore makes them.

stdin: a JSON list of cases {startUrl, sessionName, region, scopes, accountId, roleName}.
stdout: a JSON list of {token, credentials}, and {registration} where the
botocore is that of the AWS CLI v2, the only one that registers clients.
"""
import json
import sys

try:
    from awscli.botocore import credentials, utils  # AWS CLI v2
except ImportError:
    from botocore import credentials, utils


def names(case):
    url, session = case["startUrl"], case["sessionName"] or None
    fetcher = credentials.SSOCredentialFetcher(
        url, case["region"], case["roleName"], case["accountId"], None, sso_session_name=session
    )
    made = {
        "token": utils.SSOTokenLoader()._generate_cache_key(url, session),
        "credentials": fetcher._create_cache_key(),
    }
    if hasattr(utils, "SSOTokenFetcher"):
        tokens = utils.SSOTokenFetcher(case["region"], None)
        made["registration"] = tokens._registration_cache_key(url, session, case["scopes"])
    return made


json.dump([names(case) for case in json.load(sys.stdin)], sys.stdout)
