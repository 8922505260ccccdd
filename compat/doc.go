// Package compat holds the built programs to AWS's own clients: the AWS CLI of
// both major versions, boto3 and botocore, and to a real browser. It has tests
// only. A client that is not installed skips its tests; with
// LATCHKEY_TEST_REQUIRE=all it fails them.
package compat
