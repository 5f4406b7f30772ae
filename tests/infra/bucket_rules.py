"""What must hold for buckets."""

from collections.abc import Iterator
from typing import Any

from tests.infra.template import Properties, Template, as_list

BUCKET = "AWS::S3::Bucket"
CLOSED = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")

# What functions put into a bucket and nothing takes out again, each with the reason why it stays
STAYS = {"catalog/": "what scans are compared with, however long ago the last one was"}


def buckets_are_closed(template: Template) -> Iterator[str]:
    """Neither a list of rights on an object nor a policy, not even a later one, opens it to the world."""
    for name, bucket in template.of_type(BUCKET):
        block = bucket.get("PublicAccessBlockConfiguration", {})
        for one in CLOSED:
            if block.get(one) is not True:
                yield f"{name}: set PublicAccessBlockConfiguration.{one}: true"
        owners = [rule.get("ObjectOwnership") for rule in bucket.get("OwnershipControls", {}).get("Rules", [])]
        if owners != ["BucketOwnerEnforced"]:
            yield f"{name}: set OwnershipControls.Rules: [{{ObjectOwnership: BucketOwnerEnforced}}]"


def buckets_are_encrypted(template: Template) -> Iterator[str]:
    """With our key, which can be taken away; and with a key of the bucket, or each object costs a request to KMS."""
    for name, bucket in template.of_type(BUCKET):
        rules = bucket.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [])
        defaults = [rule.get("ServerSideEncryptionByDefault", {}) for rule in rules]
        if defaults != [{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "HeraldKey.Arn"}]:
            yield f"{name}: set BucketEncryption to aws:kms with KMSMasterKeyID: !GetAtt HeraldKey.Arn"
        if not all(rule.get("BucketKeyEnabled") is True for rule in rules):
            yield f"{name}: set BucketKeyEnabled: true"


def buckets_refuse_plain_text(template: Template) -> Iterator[str]:
    """A policy of its own denies every call without TLS, on the bucket and on what it holds."""
    for name, _ in template.of_type(BUCKET):
        denials = [one for one in _bucket_statements(template, name) if one["Effect"] == "Deny"]
        if not any(_is_tls_only(one, f"{name}.Arn") for one in denials):
            yield f"{name}: add a BucketPolicy that denies s3:* on it and on its /* where aws:SecureTransport is false"


def buckets_forget(template: Template) -> Iterator[str]:
    """What functions write goes again by itself, and what goes is gone; only what the list above names stays."""
    for name, bucket in template.of_type(BUCKET):
        rules = [one for one in bucket.get("LifecycleConfiguration", {}).get("Rules", []) if _is_on(one)]
        expiring = {str(one.get("Prefix", "")) for one in rules if int(one.get("ExpirationInDays", 0)) > 0}
        written = _written(template, name)
        for prefix in sorted(written - expiring - STAYS.keys()):
            yield f"{name}: let what is under {prefix} expire, or say in STAYS why it stays"
        for prefix in sorted(expiring - (written - STAYS.keys())):
            yield f"{name}: no function writes what expires under {prefix or 'any prefix'}, or it is to stay"
        if written and not any(_ends_uploads(one) for one in rules):
            yield f"{name}: abort incomplete multipart uploads after a day, whatever their prefix"
        if "VersioningConfiguration" in bucket:
            yield f"{name}: keep no versions: what expires would still be there, and what does not is written once"


def buckets_survive(template: Template) -> Iterator[str]:
    """CloudFormation cannot delete a bucket that holds anything, so deleting the stack would fail halfway."""
    for name, _ in template.of_type(BUCKET):
        resource = template.resources[name]
        if resource.get("DeletionPolicy") != "Retain" or resource.get("UpdateReplacePolicy") != "Retain":
            yield f"{name}: set DeletionPolicy and UpdateReplacePolicy to Retain"


def _bucket_statements(template: Template, bucket: str) -> list[dict[str, Any]]:
    return [
        statement
        for _, policy in template.of_type("AWS::S3::BucketPolicy")
        if policy["Bucket"] == bucket
        for statement in policy["PolicyDocument"]["Statement"]
    ]


def _is_tls_only(statement: dict[str, Any], arn: str) -> bool:
    condition = statement.get("Condition", {}).get("Bool", {}).get("aws:SecureTransport")
    whole = statement.get("Principal") == "*" and statement.get("Action") == "s3:*"
    return whole and str(condition).lower() == "false" and {arn, f"{arn}/*"} == set(as_list(statement["Resource"]))


def _is_on(rule: Properties) -> bool:
    return bool(rule.get("Status") == "Enabled")


def _ends_uploads(rule: Properties) -> bool:
    days = rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation")
    return days is not None and int(days) == 1 and not rule.get("Prefix")


def _written(template: Template, bucket: str) -> set[str]:
    """The prefixes under which some role may put objects."""
    places = (
        str(place)
        for _, role in template.of_type("AWS::IAM::Role")
        for policy in role.get("Policies", [])
        for one in policy["PolicyDocument"]["Statement"]
        if "s3:PutObject" in as_list(one["Action"])
        for place in as_list(one["Resource"])
    )
    own = f"{bucket}.Arn/"
    return {place.removeprefix(own).removesuffix("*") for place in places if place.startswith(own)}


RULES = [
    buckets_are_closed,
    buckets_are_encrypted,
    buckets_refuse_plain_text,
    buckets_forget,
    buckets_survive,
]
