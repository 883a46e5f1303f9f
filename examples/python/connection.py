"""What both conversations need: a connection with deadlines and retries, and refusals in plain values."""

import json
import sys
import uuid
from pathlib import Path

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

sys.path.insert(0, str(Path(__file__).parent / "generated"))

from signpost.v1.case_service_pb2_grpc import CaseServiceStub
from signpost.v1.contact_service_pb2_grpc import ContactServiceStub
from signpost.v1.customer_service_pb2_grpc import CustomerServiceStub
from signpost.v1.playbook_service_pb2_grpc import PlaybookServiceStub

DEADLINE_S = 10

# Safe for every call: reads change nothing, and a write is known again by its request_id.
RETRIES = {
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {
                "maxAttempts": 4,
                "initialBackoff": "0.05s",
                "maxBackoff": "2s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
            },
        }
    ]
}


class Signpost:
    """The services of one server, called in the name of one actor."""

    def __init__(self, server, actor):
        self.channel = grpc.insecure_channel(server, options=[("grpc.service_config", json.dumps(RETRIES))])
        self.metadata = [("signpost-actor", actor)]
        self.cases = CaseServiceStub(self.channel)
        self.contacts = ContactServiceStub(self.channel)
        self.customers = CustomerServiceStub(self.channel)
        self.playbooks = PlaybookServiceStub(self.channel)

    def call(self, method, request):
        """The answer to one call, its repetitions within the deadline."""
        return method(request, timeout=DEADLINE_S, metadata=self.metadata)


def refusal(call):
    """The code and the ErrorReason of the refusal that this call must meet, and the fields or the thing that it names."""
    try:
        call()
    except grpc.RpcError as error:
        details = rpc_status.from_call(error).details
        names = [name for detail in details for name in named(detail)]
        return error.code().name, reason(details), names
    raise AssertionError("this must be refused")


def reason(details):
    """Why it was refused: programs branch on this, people read the message."""
    info = error_details_pb2.ErrorInfo()
    return next(info.reason for detail in details if detail.Unpack(info))


def named(detail):
    """The faulty fields, or the missing or taken thing."""
    bad_request = error_details_pb2.BadRequest()
    if detail.Unpack(bad_request):
        return [fault.field for fault in bad_request.field_violations]
    resource = error_details_pb2.ResourceInfo()
    if detail.Unpack(resource):
        return [resource.resource_type]
    return []


def check(what, is_so):
    """Ends the conversation where it does not go as told."""
    if not is_so:
        raise AssertionError(what)


def fresh():
    """A part of names that nobody used before, so that a conversation can be had again on the same server."""
    return uuid.uuid4().hex[:12]


def digits():
    """An order number that nobody used before."""
    return str(uuid.uuid4().int)[:12]
