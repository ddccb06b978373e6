"""The service's table and its log group."""

from infra.complete.description import Service, Table
from infra.complete.encryption import of_logs, of_table
from infra.complete.intrinsics import Value, ref, resource, sub
from infra.complete.names import name_of


def table_resources(service: Service) -> Value:
    log_group = {
        "LogGroupName": sub(f"/fileferry/${{Stage}}/{service.name}"),
        "RetentionInDays": ref("LogRetentionDays"),
        **of_logs(),
    }
    made = {"LogGroup": resource("Logs::LogGroup", log_group)}
    if service.table is None:
        return made
    name = {
        "Name": sub(f"/fileferry/${{Stage}}/{service.name}/table/name"),
        "Type": "String",
        "Value": ref(service.table.id),
    }
    kept = {"DeletionPolicy": "RetainExceptOnCreate", "UpdateReplacePolicy": "Retain"}
    described = resource("DynamoDB::Table", _properties(service, service.table), **kept)
    return {
        service.table.id: described,
        **made,
        "TableNameParameter": resource("SSM::Parameter", name),
    }


def _properties(service: Service, table: Table) -> Value:
    """DeletionProtectionEnabled is not here. infra.protection sets it after the deployment."""
    keys = [("pk", "sk"), *table.indexes.values()]
    made = {
        "TableName": name_of(service.name),
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": "S"}
            for name in dict.fromkeys(name for pair in keys for name in pair)
        ],
        "KeySchema": _key(("pk", "sk")),
        "StreamSpecification": {"StreamViewType": "NEW_IMAGE"},
        "TimeToLiveSpecification": {"AttributeName": "expires_at", "Enabled": True},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
        **of_table(),
    }
    if table.indexes:
        made["GlobalSecondaryIndexes"] = [
            {"IndexName": name, "Projection": {"ProjectionType": "ALL"}, "KeySchema": _key(pair)}
            for name, pair in table.indexes.items()
        ]
    return made


def _key(pair: tuple[str, str]) -> list[Value]:
    kinds = zip(pair, ("HASH", "RANGE"), strict=True)
    return [{"AttributeName": name, "KeyType": kind} for name, kind in kinds]
