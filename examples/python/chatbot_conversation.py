"""A chatbot's conversation with Signpost: from the reason menu to a person, and back by phone.

    SIGNPOST_SERVER=127.0.0.1:7100 python chatbot_conversation.py

Ends with code 0 only if all went as told. What is told is the same in every language of these examples.
"""

import os
import re

from connection import Signpost, check, digits, fresh
from signpost.v1 import case_service_pb2 as case
from signpost.v1 import contact_service_pb2 as contact
from signpost.v1 import customer_service_pb2 as customer
from signpost.v1 import decision_pb2 as decision
from signpost.v1 import menu_pb2 as menus
from signpost.v1 import playbook_service_pb2 as playbook
from signpost.v1 import types_pb2 as types


class Chat:
    """One chat: the keys that the bot chose, and what it must remember between calls."""

    def __init__(self):
        run = fresh()
        self.contact = f"chat-{run}"
        self.cookie = f"cookie-{run}"
        self.customer = f"customer-{run}"
        self.phone = f"+1{digits()}"
        self.order = digits()
        self.calls = 0

    def request_id(self):
        """A key for the next write: kept until the answer is there, so that a repetition carries the same."""
        self.calls += 1
        return f"{self.contact}/{self.calls}"


def main():
    signpost = Signpost(os.environ.get("SIGNPOST_SERVER", "127.0.0.1:7100"), "chatbot/example")
    chat = Chat()
    show_the_menu(signpost, chat)
    route_somebody(signpost, chat)
    answer_the_question(signpost, chat)
    ask_for_a_person(signpost, chat)
    sign_in(signpost, chat)
    hand_over(signpost, chat)
    come_back(signpost, chat)
    call_with_a_number(signpost, chat)


def show_the_menu(signpost, chat):
    ask = playbook.GetReasonMenuRequest(channel="web_chat", language_code="en-US")
    menu = signpost.call(signpost.playbooks.GetReasonMenu, ask).menu
    print(f"What is it about? ({menu.language_code})")
    for item in menu.items:
        print(f"  {item.label}")
    picked = pick(menu, "My order")
    ask = playbook.GetReasonMenuRequest(channel="web_chat", language_code="en-US", primary_reason=picked.reason)
    menu = signpost.call(signpost.playbooks.GetReasonMenu, ask).menu
    print(f"{picked.label}:")
    for item in menu.items:
        print(f"  {item.label}")
    chat.reason = pick(menu, "Cancel my order").reason
    chat.language = menu.language_code
    chat.menu_playbook_version = menu.playbook_version


def pick(menu, label):
    """The reason that the customer clicks on."""
    found = [item for item in menu.items if item.label == label]
    check("the menu has it once", len(found) == 1 and found[0].kind == menus.MENU_ITEM_KIND_REASON)
    return found[0]


def route_somebody(signpost, chat):
    context = types.ContactContext(
        channel="web_chat",
        customer=types.CustomerRef(identities=[types.Identity(kind="cookie", value=chat.cookie)]),
        stated_reason=chat.reason,
        language_code=chat.language,
    )
    request = contact.RouteContactRequest(
        request_id=chat.request_id(),
        contact_id=chat.contact,
        context=context,
        menu_playbook_version=chat.menu_playbook_version,
    )
    answer = signpost.call(signpost.contacts.RouteContact, request).answer
    check("an unverified cookie is nobody", answer.customer_id == "")
    check("there is no case before its key is known", answer.case_id == "")
    check("a fact is asked for", answer.WhichOneof("next") == "ask_facts")
    check("it is just the order", [it.fact_id for it in answer.ask_facts.questions] == ["order_id"])
    chat.question = answer.ask_facts.questions[0]
    print(f"Somebody picks {chat.reason}, and is asked: {chat.question.label}?")


def answer_the_question(signpost, chat):
    check("a slip of the keyboard is seen here", not re.fullmatch(chat.question.pattern, "12"))
    check("an order number is one", re.fullmatch(chat.question.pattern, chat.order))
    told = types.Fact(fact_id=chat.question.fact_id, text=chat.order, source=types.FACT_SOURCE_BOT)
    answer = amend(signpost, chat, types.ContactContext(channel="web_chat", facts=[told]))
    check("now there is a case", answer.case_match == contact.CASE_MATCH_NEW and answer.case_id)
    check("nothing else is asked", answer.WhichOneof("next") == "target")
    check("a flow helps", answer.target.route == types.ROUTE_SELF_SERVICE)
    check("so the contact is there", answer.state == contact.CONTACT_STATE_SELF_SERVICE)
    chat.case = answer.case_id
    print(f"With the answer there is a case; {types.Route.Name(answer.target.route)}: flow {answer.target.flow_id}.")


def amend(signpost, chat, context):
    """The answer once more is known of the chat: what is set replaces, facts add up."""
    request = contact.RouteContactRequest(request_id=chat.request_id(), contact_id=chat.contact, context=context)
    return signpost.call(signpost.contacts.RouteContact, request).answer


def ask_for_a_person(signpost, chat):
    request = contact.RerouteContactRequest(
        request_id=chat.request_id(),
        contact_id=chat.contact,
        outcome=contact.ATTEMPT_OUTCOME_ASKED_FOR_PERSON,
    )
    answer = signpost.call(signpost.contacts.RerouteContact, request).answer
    check("the contact lives on", answer.state == contact.CONTACT_STATE_ROUTED)
    check("with another answer", answer.target.route == types.ROUTE_CHAT)
    down = [it.cause for it in answer.decision.ineligible_routes if it.route == types.ROUTE_SELF_SERVICE]
    check("the flow is not offered again", down == [decision.INELIGIBILITY_CAUSE_ASKED_FOR_PERSON])
    print(f"The customer asks for a person; {types.Route.Name(answer.target.route)}: queue {answer.target.queue_id}.")


def sign_in(signpost, chat):
    ben = customer.Customer(
        customer_id=chat.customer,
        tier="bronze",
        identities=[types.Identity(kind="phone", value=chat.phone, verified=True)],
    )
    upsert = customer.UpsertCustomerRequest(request_id=f"{chat.customer}/1", customer=ben)
    signpost.call(signpost.customers.UpsertCustomer, upsert)
    signed_in = types.ContactContext(channel="web_chat", customer=types.CustomerRef(customer_id=chat.customer))
    answer = amend(signpost, chat, signed_in)
    check("it is the same case", answer.case_id == chat.case and answer.case_match == contact.CASE_MATCH_NEW)
    check("it has a customer now", answer.customer_id == chat.customer and answer.decision.tier == "bronze")
    check("that is not counted as a repeat", answer.repeat_count == 0)
    check("and still wants a person", answer.target.route == types.ROUTE_CHAT)
    chat.answer = answer
    print(f"While waiting the customer signs in: the same case, tier {answer.decision.tier}, no repeat.")


def hand_over(signpost, chat):
    known = chat.answer.known_facts
    check("the agent need not ask", [(fact.fact_id, fact.text) for fact in known] == [("order_id", chat.order)])
    names = " ".join(fact.fact_id for fact in known)
    print(f"The agent of queue {chat.answer.target.queue_id} gets the case and what is known: {names}.")
    request = contact.EndContactRequest(
        request_id=chat.request_id(), contact_id=chat.contact, outcome=contact.CONTACT_OUTCOME_RESOLVED
    )
    ended = signpost.call(signpost.contacts.EndContact, request)
    check("the case is resolved", ended.case_state == types.CASE_STATE_RESOLVED)
    print("The agent cancels the order: the case is resolved.")


def come_back(signpost, chat):
    context = types.ContactContext(
        channel="phone",
        customer=types.CustomerRef(identities=[types.Identity(kind="phone", value=chat.phone, verified=True)]),
        stated_reason=chat.reason,
        facts=[types.Fact(fact_id="order_id", text=chat.order, source=types.FACT_SOURCE_CUSTOMER)],
        language_code=chat.language,
    )
    call = f"call-{chat.contact}"
    request = contact.RouteContactRequest(request_id=f"{call}/1", contact_id=call, context=context)
    answer = signpost.call(signpost.contacts.RouteContact, request).answer
    check("the number finds who signed in", answer.customer_id == chat.customer)
    check("and the case", answer.case_match == contact.CASE_MATCH_REOPENED and answer.case_id == chat.case)
    check("it counts", (answer.repeat_count, answer.channel_switch_count) == (1, 1))
    print("Later the customer calls about the order: the number tells who it is, the case is reopened, "
          f"{answer.repeat_count} repeat.")


def call_with_a_number(signpost, chat):
    order = types.Fact(fact_id="order_id", text=digits(), source=types.FACT_SOURCE_CUSTOMER)

    def route(key, contact_id, **fields):
        context = types.ContactContext(stated_reason=chat.reason, **fields)
        request = contact.RouteContactRequest(request_id=f"{contact_id}/{key}", contact_id=contact_id, context=context)
        return signpost.call(signpost.contacts.RouteContact, request).answer

    opened = route(1, f"{chat.contact}-2", channel="web_chat", facts=[order])
    number = signpost.call(signpost.cases.GetCase, case.GetCaseRequest(case_id=opened.case_id)).case.case_number
    print("Somebody who does not sign in chats about an order, and gets the number of the case.")
    call = f"call-{chat.contact}-2"
    asked = route(1, call, channel="phone", case_id=number)
    check("a number alone proves nothing", asked.case_id == "")
    check("so the key is asked for", [it.fact_id for it in asked.ask_facts.questions] == ["order_id"])
    joined = route(2, call, channel="phone", facts=[order])
    check("the order proves it", joined.case_id == opened.case_id)
    check("so the call continues the case", joined.case_match == contact.CASE_MATCH_CONTINUED)
    print("On the phone the number alone proves nothing: the order number is asked for. With it the case is continued, "
          f"{joined.channel_switch_count} channel switch.")


if __name__ == "__main__":
    main()
