"""Who may call a function."""

from infra.complete.description import Function
from infra.complete.intrinsics import Value, ref, resource


def may_call(function: Function, principal: str, source: Value, caller: str = "") -> Value:
    """`caller` is a word that tells several callers of one function apart."""
    permission = {
        "FunctionName": ref(f"{function.id}.Alias"),
        "Action": "lambda:InvokeFunction",
        "Principal": f"{principal}.amazonaws.com",
        "SourceArn": source,
    }
    return {f"{function.name}MayBeCalled{caller}": resource("Lambda::Permission", permission)}
