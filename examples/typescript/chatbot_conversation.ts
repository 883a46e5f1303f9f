// A chatbot's conversation with Signpost: from the reason menu to a person, and back by phone.
//
//     SIGNPOST_SERVER=127.0.0.1:7100 npm run chatbot
//
// Ends with code 0 only if all went as told. What is told is the same in every language of these examples.

import type { MessageInitShape } from "@bufbuild/protobuf";
import { check, connect, digits, fresh, type Signpost } from "./connection.js";
import { AttemptOutcome, ContactOutcome, ContactState, CaseMatch } from "./generated/signpost/v1/contact_service_pb.js";
import type { ContactAnswer } from "./generated/signpost/v1/contact_service_pb.js";
import { IneligibilityCause } from "./generated/signpost/v1/decision_pb.js";
import { MenuItemKind, type FactQuestion, type MenuItem, type ReasonMenu } from "./generated/signpost/v1/menu_pb.js";
import { CaseState, FactSource, Route, RouteSchema } from "./generated/signpost/v1/types_pb.js";
import type { ContactContextSchema } from "./generated/signpost/v1/types_pb.js";

/** One chat: the keys that the bot chose. */
class Chat {
  readonly run = fresh();
  readonly contact = `chat-${this.run}`;
  readonly cookie = `cookie-${this.run}`;
  readonly customer = `customer-${this.run}`;
  readonly phone = `+1${digits()}`;
  readonly order = digits();
  private calls = 0;

  /** A key for the next write: kept until the answer is there, so that a repetition carries the same. */
  requestId(): string {
    this.calls += 1;
    return `${this.contact}/${this.calls}`;
  }
}

/** What the customer picked, and where from. */
interface Picked {
  reason: string;
  language: string;
  menuPlaybookVersion: string;
}

async function main() {
  const signpost = connect(process.env["SIGNPOST_SERVER"] ?? "127.0.0.1:7100", "chatbot/example");
  const chat = new Chat();
  const picked = await showTheMenu(signpost);
  const question = await routeSomebody(signpost, chat, picked);
  const caseId = await answerTheQuestion(signpost, chat, question);
  await askForAPerson(signpost, chat);
  const answer = await signIn(signpost, chat, caseId);
  await handOver(signpost, chat, answer);
  await comeBack(signpost, chat, picked, caseId);
  await callWithANumber(signpost, chat, picked);
}

async function showTheMenu(signpost: Signpost): Promise<Picked> {
  const ask = { channel: "web_chat", languageCode: "en-US" };
  const { menu: first } = await signpost.playbooks.getReasonMenu(ask);
  check("there is a menu", first);
  console.log(`What is it about? (${first.languageCode})`);
  first.items.forEach((item) => console.log(`  ${item.label}`));
  const primary = pick(first, "My order");
  const { menu: second } = await signpost.playbooks.getReasonMenu({ ...ask, primaryReason: primary.reason });
  check("there is a menu below", second);
  console.log(`${primary.label}:`);
  second.items.forEach((item) => console.log(`  ${item.label}`));
  const { reason } = pick(second, "Cancel my order");
  return { reason, language: second.languageCode, menuPlaybookVersion: second.playbookVersion };
}

/** The reason that the customer clicks on. */
function pick(menu: ReasonMenu, label: string): MenuItem {
  const [found, ...more] = menu.items.filter((item) => item.label === label);
  check("the menu has it once", found?.kind === MenuItemKind.REASON && more.length === 0);
  return found;
}

async function routeSomebody(signpost: Signpost, chat: Chat, picked: Picked): Promise<FactQuestion> {
  const { answer } = await signpost.contacts.routeContact({
    requestId: chat.requestId(),
    contactId: chat.contact,
    context: {
      channel: "web_chat",
      customer: { identities: [{ kind: "cookie", value: chat.cookie }] },
      statedReason: picked.reason,
      languageCode: picked.language,
    },
    menuPlaybookVersion: picked.menuPlaybookVersion,
  });
  check("an unverified cookie is nobody", answer?.customerId === "");
  check("there is no case before its key is known", answer.caseId === "");
  check("a fact is asked for", answer.next.case === "askFacts");
  const [question, ...more] = answer.next.value.questions;
  check("it is just the order", question?.factId === "order_id" && more.length === 0);
  console.log(`Somebody picks ${picked.reason}, and is asked: ${question.label}?`);
  return question;
}

async function answerTheQuestion(signpost: Signpost, chat: Chat, question: FactQuestion): Promise<string> {
  const whole = new RegExp(`^(?:${question.pattern})$`);
  check("a slip of the keyboard is seen here", !whole.test("12"));
  check("an order number is one", whole.test(chat.order));
  const told = { factId: question.factId, value: { case: "text" as const, value: chat.order }, source: FactSource.BOT };
  const answer = await amend(signpost, chat, { channel: "web_chat", facts: [told] });
  check("now there is a case", answer.caseMatch === CaseMatch.NEW && answer.caseId);
  check("nothing else is asked", answer.next.case === "target");
  const { route, flowId } = answer.next.value;
  check("a flow helps", route === Route.SELF_SERVICE);
  check("so the contact is there", answer.state === ContactState.SELF_SERVICE);
  console.log(`With the answer there is a case; ${name(route)}: flow ${flowId}.`);
  return answer.caseId;
}

/** The answer once more is known of the chat: what is set replaces, facts add up. */
async function amend(
  signpost: Signpost,
  chat: Chat,
  context: MessageInitShape<typeof ContactContextSchema>,
): Promise<ContactAnswer> {
  const request = { requestId: chat.requestId(), contactId: chat.contact, context };
  const { answer } = await signpost.contacts.routeContact(request);
  check("there is an answer", answer);
  return answer;
}

function name(route: Route): string {
  return RouteSchema.value[route]?.name ?? `route ${route}`;
}

async function askForAPerson(signpost: Signpost, chat: Chat) {
  const { answer } = await signpost.contacts.rerouteContact({
    requestId: chat.requestId(),
    contactId: chat.contact,
    outcome: AttemptOutcome.ASKED_FOR_PERSON,
  });
  check("the contact lives on", answer?.state === ContactState.ROUTED);
  check("with another answer", answer?.next.case === "target" && answer.next.value.route === Route.CHAT);
  const down = answer.decision?.ineligibleRoutes.find((it) => it.route === Route.SELF_SERVICE);
  check("the flow is not offered again", down?.cause === IneligibilityCause.ASKED_FOR_PERSON);
  const { route, queueId } = answer.next.value;
  console.log(`The customer asks for a person; ${name(route)}: queue ${queueId}.`);
}

async function signIn(signpost: Signpost, chat: Chat, caseId: string): Promise<ContactAnswer> {
  await signpost.customers.upsertCustomer({
    requestId: `${chat.customer}/1`,
    customer: {
      customerId: chat.customer,
      tier: "bronze",
      identities: [{ kind: "phone", value: chat.phone, verified: true }],
    },
  });
  const answer = await amend(signpost, chat, { channel: "web_chat", customer: { customerId: chat.customer } });
  check("it is the same case", answer.caseId === caseId && answer.caseMatch === CaseMatch.NEW);
  check("it has a customer now", answer.customerId === chat.customer && answer.decision?.tier === "bronze");
  check("that is not counted as a repeat", answer.repeatCount === 0);
  check("and still wants a person", answer.next.case === "target" && answer.next.value.route === Route.CHAT);
  console.log(`While waiting the customer signs in: the same case, tier ${answer.decision.tier}, no repeat.`);
  return answer;
}

async function handOver(signpost: Signpost, chat: Chat, answer: ContactAnswer) {
  const [known, ...more] = answer.knownFacts;
  check("the agent need not ask", known?.value.value === chat.order && more.length === 0);
  check("but serves a queue", answer.next.case === "target");
  console.log(`The agent of queue ${answer.next.value.queueId} gets the case and what is known: ${known.factId}.`);
  const ended = await signpost.contacts.endContact({
    requestId: chat.requestId(),
    contactId: chat.contact,
    outcome: ContactOutcome.RESOLVED,
  });
  check("the case is resolved", ended.caseState === CaseState.RESOLVED);
  console.log("The agent cancels the order: the case is resolved.");
}

async function comeBack(signpost: Signpost, chat: Chat, picked: Picked, caseId: string) {
  const call = `call-${chat.contact}`;
  const { answer } = await signpost.contacts.routeContact({
    requestId: `${call}/1`,
    contactId: call,
    context: {
      channel: "phone",
      customer: { identities: [{ kind: "phone", value: chat.phone, verified: true }] },
      statedReason: picked.reason,
      facts: [{ factId: "order_id", value: { case: "text", value: chat.order }, source: FactSource.CUSTOMER }],
      languageCode: picked.language,
    },
  });
  check("the number finds who signed in", answer?.customerId === chat.customer);
  check("and the case", answer.caseMatch === CaseMatch.REOPENED && answer.caseId === caseId);
  check("it counts", answer.repeatCount === 1 && answer.channelSwitchCount === 1);
  console.log(
    "Later the customer calls about the order: the number tells who it is, the case is reopened, " +
      `${answer.repeatCount} repeat.`,
  );
}

async function callWithANumber(signpost: Signpost, chat: Chat, picked: Picked) {
  const order = { factId: "order_id", value: { case: "text" as const, value: digits() }, source: FactSource.CUSTOMER };
  const route = async (key: number, contactId: string, told: MessageInitShape<typeof ContactContextSchema>) => {
    const context = { ...told, statedReason: picked.reason };
    const { answer } = await signpost.contacts.routeContact({ requestId: `${contactId}/${key}`, contactId, context });
    check("there is an answer", answer);
    return answer;
  };
  const opened = await route(1, `${chat.contact}-2`, { channel: "web_chat", facts: [order] });
  const { case: kept } = await signpost.cases.getCase({ caseId: opened.caseId });
  console.log("Somebody who does not sign in chats about an order, and gets the number of the case.");
  const call = `call-${chat.contact}-2`;
  const asked = await route(1, call, { channel: "phone", caseId: kept?.caseNumber ?? "" });
  check("a number alone proves nothing", asked.caseId === "");
  const questions = asked.next.case === "askFacts" ? asked.next.value.questions : [];
  check("so the key is asked for", questions.length === 1 && questions[0]?.factId === "order_id");
  const joined = await route(2, call, { channel: "phone", facts: [order] });
  check("the order proves it", joined.caseId === opened.caseId);
  check("so the call continues the case", joined.caseMatch === CaseMatch.CONTINUED);
  console.log(
    "On the phone the number alone proves nothing: the order number is asked for. With it the case is continued, " +
      `${joined.channelSwitchCount} channel switch.`,
  );
}

await main();
