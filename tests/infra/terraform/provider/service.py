"""`tfplugin6.Provider`: plans and keeps whatever fits the schema."""

from __future__ import annotations

from typing import Any

import grpc
from tf.gen import grpc_controller_pb2, grpc_controller_pb2_grpc, grpc_stdio_pb2_grpc, tfplugin_pb2_grpc
from tf.gen import tfplugin_pb2 as protocol

from tests.infra.terraform.provider.schema import as_schema
from tests.infra.terraform.provider.values import fill, packed, plan, unpacked


class Provider(tfplugin_pb2_grpc.ProviderServicer):
    """The calls that `terraform validate`, `plan` and `apply` make."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._resources, self._data = schema["resources"], schema["data"]
        self._schemas = protocol.GetProviderSchema.Response(provider=as_schema(schema["provider"], False))
        for name, block in self._resources.items():
            self._schemas.resource_schemas[name].CopyFrom(as_schema(block, True))
        for name, block in self._data.items():
            self._schemas.data_source_schemas[name].CopyFrom(as_schema(block, True))

    def GetMetadata(self, request: Any, context: grpc.ServicerContext) -> Any:
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "ask for the schema")

    def GetProviderSchema(self, request: Any, context: grpc.ServicerContext) -> Any:
        return self._schemas

    def ValidateProviderConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return protocol.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return protocol.ValidateResourceConfig.Response()

    def ValidateDataResourceConfig(self, request: Any, context: grpc.ServicerContext) -> Any:
        return protocol.ValidateDataResourceConfig.Response()

    def ConfigureProvider(self, request: Any, context: grpc.ServicerContext) -> Any:
        return protocol.ConfigureProvider.Response()

    def UpgradeResourceState(self, request: Any, context: grpc.ServicerContext) -> Any:
        state = protocol.DynamicValue(json=request.raw_state.json)
        return protocol.UpgradeResourceState.Response(upgraded_state=state)

    def ReadResource(self, request: Any, context: grpc.ServicerContext) -> Any:
        return protocol.ReadResource.Response(new_state=request.current_state)

    def PlanResourceChange(self, request: Any, context: grpc.ServicerContext) -> Any:
        proposed = unpacked(request.proposed_new_state)
        if proposed is not None:
            plan(proposed, self._resources[request.type_name])
        return protocol.PlanResourceChange.Response(planned_state=packed(proposed))

    def ApplyResourceChange(self, request: Any, context: grpc.ServicerContext) -> Any:
        planned = unpacked(request.planned_state)
        if planned is not None:
            fill(planned, self._resources[request.type_name], request.type_name)
        return protocol.ApplyResourceChange.Response(new_state=packed(planned))

    def ReadDataSource(self, request: Any, context: grpc.ServicerContext) -> Any:
        block = self._data[request.type_name]
        value = fill(plan(unpacked(request.config), block), block, request.type_name)
        return protocol.ReadDataSource.Response(state=packed(value))

    def GetFunctions(self, request: Any, context: grpc.ServicerContext) -> Any:
        return protocol.GetFunctions.Response()

    def StopProvider(self, request: Any, context: grpc.ServicerContext) -> Any:
        return protocol.StopProvider.Response()


class Controller(grpc_controller_pb2_grpc.GRPCControllerServicer):
    """Terraform says goodbye; whoever started the provider ends it."""

    def Shutdown(self, request: Any, context: grpc.ServicerContext) -> Any:
        return grpc_controller_pb2.Empty()


class Stdio(grpc_stdio_pb2_grpc.GRPCStdioServicer):
    """There is nothing to tell."""

    def StreamStdio(self, request: Any, context: grpc.ServicerContext) -> Any:
        return iter(())


def register(server: grpc.Server, schema: dict[str, Any]) -> None:
    """Everything that Terraform expects of a plugin."""
    tfplugin_pb2_grpc.add_ProviderServicer_to_server(Provider(schema), server)
    grpc_controller_pb2_grpc.add_GRPCControllerServicer_to_server(Controller(), server)
    grpc_stdio_pb2_grpc.add_GRPCStdioServicer_to_server(Stdio(), server)
