"""A contact-centre platform's conversation with Signpost: from its playbook to a case that is resolved.

    SIGNPOST_SERVER=127.0.0.1:7100 python platform_conversation.py

Publishes the sample of a shop. Over another playbook that is live only with --publish-over.
Ends with code 0 only if all went as told. What is told is the same in every language of these examples.
"""

import os
import sys
from pathlib import Path

from google.protobuf.duration_pb2 import Duration

from connection import Signpost, check, digits, fresh, refusal
from signpost.v1 import case_service_pb2 as case
from signpost.v1 import contact_service_pb2 as contact
from signpost.v1 import customer_service_pb2 as customer
from signpost.v1 import playbook_service_pb2 as playbook
from signpost.v1 import types_pb2 as types

PLAYBOOK = Path(__file__).parents[2] / "playbooks" / "retail.yaml"


class Keys:
    """The platform's own keys: of a customer, an order, a call and a chat."""

    def __init__(self):
        run = fresh()
        self.customer = f"customer-{run}"
        self.phone = f"+1{digits()}"
        self.order = digits()
        self.call = f"call-{run}"
        self.chat = f"chat-{run}"


def main():
    signpost = Signpost(os.environ.get("SIGNPOST_SERVER", "127.0.0.1:7100"), "platform/example")
    keys = Keys()
    check_the_playbook(signpost)
    keep_the_customer(signpost, keys)
    route_the_call(signpost, keys)
    select_a_route(signpost, keys)
    send_it_again(signpost, keys)
    continue_in_a_chat(signpost, keys)
    add_another_matter(signpost, keys)
    resolve_the_case(signpost, keys)
    read_the_case(signpost, keys)
    read_every_page(signpost, keys)
    read_refusals(signpost, keys)


def check_the_playbook(signpost):
    document = PLAYBOOK.read_text()
    checked = signpost.call(signpost.playbooks.ValidatePlaybook, playbook.ValidatePlaybookRequest(document=document))
    check("the playbook has no errors", not checked.errors)
    live = signpost.call(signpost.playbooks.GetPlaybook, playbook.GetPlaybookRequest()).publication
    if live.playbook_version != checked.playbook_version:
        over = f"{live.name} is live: nothing is published over it without --publish-over"
        check(over, "--publish-over" in sys.argv)
        key = f"publish/{checked.playbook_version}/after/{live.sequence}"
        publish = playbook.PublishPlaybookRequest(request_id=key, document=document, note="The example's")
        live = signpost.call(signpost.playbooks.PublishPlaybook, publish).publication
    print(f"The playbook {live.name} has no errors and is live.")


def keep_the_customer(signpost, keys):
    ann = customer.Customer(
        customer_id=keys.customer,
        tier="silver",
        language_code="en",
        identities=[types.Identity(kind="phone", value=keys.phone, verified=True)],
    )
    upsert = customer.UpsertCustomerRequest(request_id=f"{keys.customer}/1", customer=ann)
    kept = signpost.call(signpost.customers.UpsertCustomer, upsert).customer
    check("the customer is kept as told", kept.tier == "silver" and kept.identities[0].verified)
    print(f"Ann is a customer of tier {kept.tier}, known by a verified phone number.")


def route_the_call(signpost, keys):
    context = types.ContactContext(
        channel="phone",
        direction=types.DIRECTION_INBOUND,
        customer=types.CustomerRef(
            identities=[types.Identity(kind="phone", value=keys.phone, verified=True)],
            tier="gold",
        ),
        stated_reason="order_issue/manage_cancel",
        facts=[types.Fact(fact_id="order_id", text=keys.order, source=types.FACT_SOURCE_CUSTOMER)],
        language_code="en",
        queue_stats=[
            types.QueueStats(
                queue_id="orders",
                staffed_agents=3,
                available_agents=0,
                waiting_count=9,
                average_handle_time=Duration(seconds=360),
            )
        ],
    )
    request = contact.RouteContactRequest(
        request_id=f"{keys.call}/route/1",
        contact_id=keys.call,
        context=context,
        route_selection=contact.ROUTE_SELECTION_BY_CUSTOMER,
    )
    answer = signpost.call(signpost.contacts.RouteContact, request).answer
    check("the verified number finds the customer", answer.customer_id == keys.customer)
    check("the call opens a case", answer.case_match == contact.CASE_MATCH_NEW)
    check("the tier that is told wins over the kept one", answer.decision.tier == "gold")
    check("nothing is selected yet", answer.state == contact.CONTACT_STATE_AWAITING_CUSTOMER)
    print("Ann, gold since this morning, calls to cancel her order: a new case. She can choose, the cheapest first:")
    for option in answer.decision.options:
        wait = option.wait.expected.seconds // 60
        print(f"  {types.Route.Name(option.target.route)}: {wait} min, {option.chance_basis_points // 100} % resolved")
    keys.case = answer.case_id


def select_a_route(signpost, keys):
    request = contact.SelectRouteRequest(
        request_id=f"{keys.call}/select/1",
        contact_id=keys.call,
        route=types.ROUTE_HUMAN,
        declined_routes=[types.ROUTE_SELF_SERVICE, types.ROUTE_CALLBACK],
    )
    taken = signpost.call(signpost.contacts.SelectRoute, request)
    check("the call is in the platform's own line", taken.state == contact.CONTACT_STATE_ROUTED)
    check("it is the queue of the orders", taken.target.queue_id == "orders")
    print(f"Ann takes {types.Route.Name(taken.target.route)}: queue {taken.target.queue_id}.")
    keys.taken = request, taken


def send_it_again(signpost, keys):
    request, taken = keys.taken
    again = signpost.call(signpost.contacts.SelectRoute, request)
    check("it is the stored answer", again.receipt.replayed and again.target == taken.target)
    print("The platform did not hear the answer, sends the same again, and gets the same answer.")
    other = contact.SelectRouteRequest()
    other.CopyFrom(request)
    other.route = types.ROUTE_MESSAGE
    code, reason, _ = refusal(lambda: signpost.call(signpost.contacts.SelectRoute, other))
    check("a request_id is for one content", (code, reason) == ("ALREADY_EXISTS", "REQUEST_ID_REUSED"))
    print(f"With other content the same request_id is refused: {code}, {reason}.")


def continue_in_a_chat(signpost, keys):
    hung_up = contact.EndContactRequest(
        request_id=f"{keys.call}/end/1", contact_id=keys.call, outcome=contact.CONTACT_OUTCOME_ABANDONED
    )
    ended = signpost.call(signpost.contacts.EndContact, hung_up)
    check("the case stays open", ended.case_state == types.CASE_STATE_OPEN)
    context = types.ContactContext(
        channel="web_chat",
        customer=types.CustomerRef(customer_id=keys.customer),
        stated_reason="order_issue/manage_cancel",
        facts=[types.Fact(fact_id="order_id", text=keys.order, source=types.FACT_SOURCE_SYSTEM)],
        language_code="en",
    )
    request = contact.RouteContactRequest(
        request_id=f"{keys.chat}/route/1", contact_id=keys.chat, context=context
    )
    answer = signpost.call(signpost.contacts.RouteContact, request).answer
    check("the chat continues the case", answer.case_match == contact.CASE_MATCH_CONTINUED)
    check("and no other", answer.case_id == keys.case)
    check("it counts", (answer.repeat_count, answer.channel_switch_count) == (1, 1))
    check("what the call told is known", [fact.text for fact in answer.known_facts] == [keys.order])
    check("the tier of the call held for the call", answer.decision.tier == "silver")
    route = types.Route.Name(answer.target.route)
    print("Ann hangs up in the line and opens a chat: the case continues, "
          f"{answer.repeat_count} repeat, {answer.channel_switch_count} channel switch.")
    print(f"Nothing is asked again: {route}, queue {answer.target.queue_id}.")


def add_another_matter(signpost, keys):
    request = contact.AddCaseToContactRequest(
        request_id=f"{keys.chat}/add/1",
        contact_id=keys.chat,
        stated_reason="product_defect/refund_status",
        facts=[types.Fact(fact_id="order_id", text=keys.order, source=types.FACT_SOURCE_CUSTOMER)],
    )
    added = signpost.call(signpost.contacts.AddCaseToContact, request)
    check("it is a case of its own", added.case_match == contact.CASE_MATCH_NEW and added.case_id != keys.case)
    check("the chat stays with the first", added.main_case_id == keys.case)
    check("and has both", list(added.additional_case_ids) == [added.case_id])
    print("While she is there she asks for an older refund: a second case, of the same chat.")
    keys.refund = added.case_id


def resolve_the_case(signpost, keys):
    request = contact.EndContactRequest(
        request_id=f"{keys.chat}/end/1",
        contact_id=keys.chat,
        outcome=contact.CONTACT_OUTCOME_RESOLVED,
        confirmed_reason="shipping_issue/missing",
    )
    ended = signpost.call(signpost.contacts.EndContact, request)
    check("no contact is live, so the case is resolved", ended.case_state == types.CASE_STATE_RESOLVED)
    check("the other matter is named: its case stays open", list(ended.additional_case_ids) == [keys.refund])
    print("The agent found that the parcel had not come, and settled it: the case is resolved.")


def read_the_case(signpost, keys):
    kept = signpost.call(signpost.cases.GetCase, case.GetCaseRequest(case_id=keys.case)).case
    check("both contacts are in it", [it.contact_id for it in kept.contacts] == [keys.call, keys.chat])
    check("the stated reason is kept", kept.stated_reason == "order_issue/manage_cancel")
    check("and the confirmed one", kept.confirmed_reason == "shipping_issue/missing")
    channels = " then ".join(it.channel for it in kept.contacts)
    print(f"The case: {kept.contact_count} contacts ({channels}), stated {kept.stated_reason}, "
          f"confirmed {kept.confirmed_reason}.")


def read_every_page(signpost, keys):
    request = case.ListCasesRequest(filter=case.CaseFilter(customer_ids=[keys.customer]), page_size=1)
    found, pages = [], 0
    while pages == 0 or request.page_token:
        page = signpost.call(signpost.cases.ListCases, request)
        found += [it.case_id for it in page.cases]
        pages += 1
        request.page_token = page.next_page_token
    check("both cases are listed, the newest first", found == [keys.refund, keys.case])
    print(f"Ann's cases, page by page until there is no next one: {len(found)}.")


def read_refusals(signpost, keys):
    def route(request_id, **fields):
        context = types.ContactContext(**fields)
        request = contact.RouteContactRequest(request_id=request_id, contact_id=keys.chat, context=context)
        return lambda: signpost.call(signpost.contacts.RouteContact, request)

    refused = refusal(route(f"{keys.chat}/route/2", channel="web_chat"))
    check("an ended contact stays ended", refused == ("FAILED_PRECONDITION", "CONTACT_ENDED", []))
    print("A contact that ended takes no more: FAILED_PRECONDITION, CONTACT_ENDED.")
    number = types.Fact(fact_id="order_id", text="one")
    refused = refusal(route(f"{keys.chat}/route/3", channel="fax", facts=[number]))
    fields = ["context.channel", "context.facts[0].text"]
    check("every faulty field is named", refused == ("INVALID_ARGUMENT", "INVALID_FIELD", fields))
    print("Every faulty field is named: INVALID_ARGUMENT, context.channel and context.facts[0].text.")
    unknown = contact.GetContactRequest(contact_id=f"{keys.chat}-2")
    refused = refusal(lambda: signpost.call(signpost.contacts.GetContact, unknown))
    check("what nobody told of is not there", refused == ("NOT_FOUND", "NOT_FOUND", ["contact"]))
    print("What nobody told of is not there: NOT_FOUND, contact.")


if __name__ == "__main__":
    main()
