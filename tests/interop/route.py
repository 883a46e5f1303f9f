"""Routes a contact with a client that is not of our making: grpcio, with nothing known but the server's reflection.

    python route.py HOST:PORT EVENT_TIME

EVENT_TIME is RFC 3339. Prints the answer to RouteContact, and the refusal of a faulty request with its google.rpc details, as JSON.
Needs grpcio, grpcio-reflection and grpcio-status.
"""

import json
import sys

import grpc
from google.protobuf import descriptor_pool, json_format, message_factory
from google.rpc import error_details_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from grpc_status import rpc_status

DEADLINE_S = 20


class Service:
    """One service of the server, its methods and messages as reflection tells them."""

    def __init__(self, channel, pool, name):
        self.channel = channel
        self.descriptor = pool.FindServiceByName(name)

    def call(self, method, request, metadata=()):
        """Sends a request, given as plain values, and gives the answer as a message."""
        method = self.descriptor.methods_by_name[method]
        asked = message_factory.GetMessageClass(method.input_type)
        answered = message_factory.GetMessageClass(method.output_type)
        stub = self.channel.unary_unary(
            f"/{self.descriptor.full_name}/{method.name}",
            request_serializer=asked.SerializeToString,
            response_deserializer=answered.FromString,
        )
        return stub(json_format.ParseDict(request, asked()), timeout=DEADLINE_S, metadata=metadata)


def main(address, event_time):
    with grpc.insecure_channel(address) as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        pool = descriptor_pool.DescriptorPool(database)
        services = sorted(database.get_services())
        health = Service(channel, pool, "grpc.health.v1.Health").call("Check", {})
        contacts = Service(channel, pool, "signpost.v1.ContactService")
        request = {
            "request_id": "python-1",
            "contact_id": "python-call",
            "context": {
                "channel": "phone",
                "customer": {"customer_id": "c1", "tier": "gold"},
                "stated_reason": "existing_flight/change_date",
                "facts": [{"fact_id": "booking_reference", "text": "ABC123", "source": "FACT_SOURCE_BOT"}],
            },
            "event_time": event_time,
        }
        routed = contacts.call("RouteContact", request, [("signpost-actor", "chatbot/python")])
        again = contacts.call("RouteContact", request, [("signpost-actor", "chatbot/python")])
        try:
            contacts.call("RouteContact", {**request, "request_id": "python-2", "context": {"channel": "fax"}})
            refusal = None
        except grpc.RpcError as error:
            refusal = {"code": error.code().name, "fields": []}
            for detail in rpc_status.from_call(error).details:
                bad = error_details_pb2.BadRequest()
                if detail.Unpack(bad):
                    refusal["fields"] += [fault.field for fault in bad.field_violations]
    plain = lambda message: json_format.MessageToDict(message, preserving_proto_field_name=True)
    told = {
        "services": services,
        "health": plain(health),
        "routed": plain(routed),
        "again": plain(again),
        "refusal": refusal,
    }
    json.dump(told, sys.stdout, indent=2)


if __name__ == "__main__":
    main(*sys.argv[1:])
