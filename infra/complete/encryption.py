"""Lets what a service stores be encrypted by the stage's own key, where the stage has one.

infra/keys makes the key. Its policy lets whoever may use a table or a queue use the key through it,
so no role has a right to the key itself.
"""

from infra.complete.intrinsics import NO_VALUE, Value, choose, sub
from infra.templates import Template

ALIAS = sub("alias/fileferry-${Stage}")
ARN = sub("{{resolve:ssm:/fileferry/${Stage}/keys/arn}}")


def own_key(key: Value, otherwise: object = NO_VALUE) -> Value:
    return choose("UsesKey", key, otherwise)


def of_table() -> Value:
    """Without a key of the stage's own it is AWS's, which costs nothing and is not seen."""
    encrypted = {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": ALIAS}
    return {"SSESpecification": own_key(encrypted)}


def of_queue() -> Value:
    return {"SqsManagedSseEnabled": own_key(NO_VALUE, True), "KmsMasterKeyId": own_key(ALIAS)}


def of_logs() -> Value:
    return {"KmsKeyId": own_key(ARN)}


def encrypt_secrets(template: Template) -> None:
    """Each secret of the template that says nothing else."""
    if "UsesKey" not in template.get("Conditions", {}):
        return
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::SecretsManager::Secret":
            resource["Properties"].setdefault("KmsKeyId", own_key(ALIAS))
