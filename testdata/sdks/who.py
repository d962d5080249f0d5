"""Prints who the profile in AWS_PROFILE is, by the AWS SDK for Python.

The argument is the endpoint of STS: the SDK finds it in the profile by itself
from version 1.28 on, and Debian has an older one.
"""

import sys

import boto3

print(boto3.Session().client("sts", endpoint_url=sys.argv[1]).get_caller_identity()["Arn"])
