"""Methods of a class, served as one of Google's gRPC services with Google's own messages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import grpc
from google.longrunning import operations_pb2
from google.protobuf.field_mask_pb2 import FieldMask


def service(name: str, package: Any, methods: Sequence[Callable[[Any, grpc.ServicerContext], Any]]) -> Any:
    """A service whose method X takes `package.XRequest`.

    As Google's servers do, it refuses a call that does not say in its header which resource it is about (they route by
    it), and a mask of fields that the resource does not have.
    """

    def handler(method: Any) -> grpc.RpcMethodHandler:
        request = getattr(package, f"{method.__name__}Request")
        read = getattr(request, "deserialize", None) or request.FromString

        def checked(asked: Any, context: grpc.ServicerContext) -> Any:
            if fault := _fault(asked, dict(context.invocation_metadata())):
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, fault)
            return method(asked, context)

        return grpc.unary_unary_rpc_method_handler(checked, read, _bytes)

    return grpc.method_handlers_generic_handler(name, {method.__name__: handler(method) for method in methods})


def done(answer: Any, name: str = "operations/1") -> Any:
    """A long operation that is over."""
    operation = operations_pb2.Operation(name=name, done=True)
    operation.response.Pack(type(answer).pb(answer) if hasattr(type(answer), "pb") else answer)
    return operation


def _fault(asked: Any, headers: dict[str, Any]) -> str:
    if not headers.get("x-goog-request-params"):
        return "x-goog-request-params names no resource"
    message = type(asked).pb(asked) if hasattr(type(asked), "pb") else asked
    for field, value in message.ListFields():
        if field.message_type is not None and field.message_type.full_name == "google.protobuf.FieldMask":
            [resource] = [
                one.message_type for one, _ in message.ListFields() if one.message_type is not None and one is not field
            ]
            mask = FieldMask(paths=value.paths)
            if not mask.IsValidForDescriptor(resource):
                return f"{resource.name} has not all of {list(mask.paths)}"
    return ""


def _bytes(message: Any) -> bytes:
    if hasattr(message, "SerializeToString"):
        return bytes(message.SerializeToString())
    return bytes(type(message).serialize(message))
