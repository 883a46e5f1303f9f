// A contact-centre platform's conversation with Signpost: from its playbook to a case that is resolved.
//
//     SIGNPOST_SERVER=127.0.0.1:7100 npm run platform
//
// Publishes the sample of a shop. Over another playbook that is live only with --publish-over (npm run platform --
// --publish-over). Ends with code 0 only if all went as told. What is told is the same in every language of these examples.

import { readFile } from "node:fs/promises";
import { isDeepStrictEqual as same } from "node:util";
import { check, connect, digits, fresh, refusal, type Signpost } from "./connection.js";
import { ContactOutcome, ContactState, CaseMatch, RouteSelection } from "./generated/signpost/v1/contact_service_pb.js";
import type { SelectRouteResponse } from "./generated/signpost/v1/contact_service_pb.js";
import { CaseState, Direction, FactSource, Route, RouteSchema } from "./generated/signpost/v1/types_pb.js";

/** From the folder of what was built. */
const PLAYBOOK = new URL("../../../playbooks/retail.yaml", import.meta.url);

/** The platform's own keys: of a customer, an order, a call and a chat. */
function keysOf(run: string) {
  return {
    customer: `customer-${run}`,
    phone: `+1${digits()}`,
    order: digits(),
    call: `call-${run}`,
    chat: `chat-${run}`,
  };
}

type Keys = ReturnType<typeof keysOf>;

async function main() {
  const signpost = connect(process.env["SIGNPOST_SERVER"] ?? "127.0.0.1:7100", "platform/example");
  const keys = keysOf(fresh());
  await checkThePlaybook(signpost);
  await keepTheCustomer(signpost, keys);
  const caseId = await routeTheCall(signpost, keys);
  const taken = await selectARoute(signpost, keys);
  await sendItAgain(signpost, keys, taken);
  await continueInAChat(signpost, keys, caseId);
  const refund = await addAnotherMatter(signpost, keys, caseId);
  await resolveTheCase(signpost, keys, refund);
  await readTheCase(signpost, keys, caseId);
  await readEveryPage(signpost, keys, [refund, caseId]);
  await readRefusals(signpost, keys);
}

async function checkThePlaybook(signpost: Signpost) {
  const document = await readFile(PLAYBOOK, "utf8");
  const checked = await signpost.playbooks.validatePlaybook({ document });
  check("the playbook has no errors", checked.errors.length === 0);
  let { publication } = await signpost.playbooks.getPlaybook({});
  if (publication?.playbookVersion !== checked.playbookVersion) {
    const over = `${publication?.name} is live: nothing is published over it without --publish-over`;
    check(over, process.argv.includes("--publish-over"));
    const requestId = `publish/${checked.playbookVersion}/after/${publication?.sequence}`;
    ({ publication } = await signpost.playbooks.publishPlaybook({ requestId, document, note: "The example's" }));
  }
  console.log(`The playbook ${publication?.name} has no errors and is live.`);
}

async function keepTheCustomer(signpost: Signpost, keys: Keys) {
  const { customer } = await signpost.customers.upsertCustomer({
    requestId: `${keys.customer}/1`,
    customer: {
      customerId: keys.customer,
      tier: "silver",
      languageCode: "en",
      identities: [{ kind: "phone", value: keys.phone, verified: true }],
    },
  });
  check("the customer is kept as told", customer?.tier === "silver" && customer.identities[0]?.verified);
  console.log(`Ann is a customer of tier ${customer.tier}, known by a verified phone number.`);
}

async function routeTheCall(signpost: Signpost, keys: Keys): Promise<string> {
  const { answer } = await signpost.contacts.routeContact({
    requestId: `${keys.call}/route/1`,
    contactId: keys.call,
    context: {
      channel: "phone",
      direction: Direction.INBOUND,
      customer: {
        identities: [{ kind: "phone", value: keys.phone, verified: true }],
        tier: "gold",
      },
      statedReason: "order_issue/manage_cancel",
      facts: [{ factId: "order_id", value: { case: "text", value: keys.order }, source: FactSource.CUSTOMER }],
      languageCode: "en",
      queueStats: [
        { queueId: "orders", staffedAgents: 3, availableAgents: 0, waitingCount: 9, averageHandleTime: { seconds: 360n } },
      ],
    },
    routeSelection: RouteSelection.BY_CUSTOMER,
  });
  check("the verified number finds the customer", answer?.customerId === keys.customer);
  check("the call opens a case", answer.caseMatch === CaseMatch.NEW);
  check("the tier that is told wins over the kept one", answer.decision?.tier === "gold");
  check("nothing is selected yet", answer.state === ContactState.AWAITING_CUSTOMER);
  console.log("Ann, gold since this morning, calls to cancel her order: a new case. She can choose, the cheapest first:");
  for (const option of answer.decision.options) {
    const wait = Number(option.wait?.expected?.seconds) / 60;
    check("an option says where it goes", option.target);
    console.log(`  ${name(option.target.route)}: ${wait} min, ${option.chanceBasisPoints / 100} % resolved`);
  }
  return answer.caseId;
}

function name(route: Route): string {
  return RouteSchema.value[route]?.name ?? `route ${route}`;
}

function choice(keys: Keys, route: Route) {
  return {
    requestId: `${keys.call}/select/1`,
    contactId: keys.call,
    route,
    declinedRoutes: [Route.SELF_SERVICE, Route.CALLBACK],
  };
}

async function selectARoute(signpost: Signpost, keys: Keys): Promise<SelectRouteResponse> {
  const taken = await signpost.contacts.selectRoute(choice(keys, Route.HUMAN));
  check("the call is in the platform's own line", taken.state === ContactState.ROUTED);
  check("it is the queue of the orders", taken.target?.queueId === "orders");
  console.log(`Ann takes ${name(taken.target.route)}: queue ${taken.target.queueId}.`);
  return taken;
}

async function sendItAgain(signpost: Signpost, keys: Keys, taken: SelectRouteResponse) {
  const again = await signpost.contacts.selectRoute(choice(keys, Route.HUMAN));
  check("it is the stored answer", again.receipt?.replayed && same(again.target, taken.target));
  console.log("The platform did not hear the answer, sends the same again, and gets the same answer.");
  const [code, reason] = await refusal(signpost.contacts.selectRoute(choice(keys, Route.MESSAGE)));
  check("a request_id is for one content", same([code, reason], ["ALREADY_EXISTS", "REQUEST_ID_REUSED"]));
  console.log(`With other content the same request_id is refused: ${code}, ${reason}.`);
}

async function continueInAChat(signpost: Signpost, keys: Keys, caseId: string) {
  const ended = await signpost.contacts.endContact({
    requestId: `${keys.call}/end/1`,
    contactId: keys.call,
    outcome: ContactOutcome.ABANDONED,
  });
  check("the case stays open", ended.caseState === CaseState.OPEN);
  const { answer } = await signpost.contacts.routeContact({
    requestId: `${keys.chat}/route/1`,
    contactId: keys.chat,
    context: {
      channel: "web_chat",
      customer: { customerId: keys.customer },
      statedReason: "order_issue/manage_cancel",
      facts: [{ factId: "order_id", value: { case: "text", value: keys.order }, source: FactSource.SYSTEM }],
      languageCode: "en",
    },
  });
  check("the chat continues the case", answer?.caseMatch === CaseMatch.CONTINUED && answer.caseId === caseId);
  check("it counts", answer.repeatCount === 1 && answer.channelSwitchCount === 1);
  const known = answer.knownFacts.map((fact) => fact.value.value);
  check("what the call told is known", same(known, [keys.order]));
  check("the tier of the call held for the call", answer.decision?.tier === "silver");
  check("nothing is asked", answer.next.case === "target");
  console.log(
    "Ann hangs up in the line and opens a chat: the case continues, " +
      `${answer.repeatCount} repeat, ${answer.channelSwitchCount} channel switch.`,
  );
  console.log(`Nothing is asked again: ${name(answer.next.value.route)}, queue ${answer.next.value.queueId}.`);
}

async function addAnotherMatter(signpost: Signpost, keys: Keys, caseId: string): Promise<string> {
  const added = await signpost.contacts.addCaseToContact({
    requestId: `${keys.chat}/add/1`,
    contactId: keys.chat,
    statedReason: "product_defect/refund_status",
    facts: [{ factId: "order_id", value: { case: "text", value: keys.order }, source: FactSource.CUSTOMER }],
  });
  check("it is a case of its own", added.caseMatch === CaseMatch.NEW && added.caseId !== caseId);
  check("the chat stays with the first", added.mainCaseId === caseId);
  check("and has both", same(added.additionalCaseIds, [added.caseId]));
  console.log("While she is there she asks for an older refund: a second case, of the same chat.");
  return added.caseId;
}

async function resolveTheCase(signpost: Signpost, keys: Keys, refund: string) {
  const ended = await signpost.contacts.endContact({
    requestId: `${keys.chat}/end/1`,
    contactId: keys.chat,
    outcome: ContactOutcome.RESOLVED,
    confirmedReason: "shipping_issue/missing",
  });
  check("no contact is live, so the case is resolved", ended.caseState === CaseState.RESOLVED);
  check("the other matter is named: its case stays open", same(ended.additionalCaseIds, [refund]));
  console.log("The agent found that the parcel had not come, and settled it: the case is resolved.");
}

async function readTheCase(signpost: Signpost, keys: Keys, caseId: string) {
  const { case: kept } = await signpost.cases.getCase({ caseId });
  const contacts = kept?.contacts.map((contact) => contact.contactId);
  check("both contacts are in it", kept && same(contacts, [keys.call, keys.chat]));
  check("the stated reason is kept", kept.statedReason === "order_issue/manage_cancel");
  check("and the confirmed one", kept.confirmedReason === "shipping_issue/missing");
  const channels = kept.contacts.map((contact) => contact.channel).join(" then ");
  console.log(
    `The case: ${kept.contactCount} contacts (${channels}), stated ${kept.statedReason}, ` +
      `confirmed ${kept.confirmedReason}.`,
  );
}

async function readEveryPage(signpost: Signpost, keys: Keys, newestFirst: string[]) {
  const found: string[] = [];
  let pageToken = "";
  do {
    const page = await signpost.cases.listCases({ filter: { customerIds: [keys.customer] }, pageSize: 1, pageToken });
    found.push(...page.cases.map((it) => it.caseId));
    pageToken = page.nextPageToken;
  } while (pageToken !== "");
  check("both cases are listed, the newest first", same(found, newestFirst));
  console.log(`Ann's cases, page by page until there is no next one: ${found.length}.`);
}

async function readRefusals(signpost: Signpost, keys: Keys) {
  const chat = { contactId: keys.chat };
  const ended = signpost.contacts.routeContact({
    ...chat,
    requestId: `${keys.chat}/route/2`,
    context: { channel: "web_chat" },
  });
  check("an ended contact stays ended", same(await refusal(ended), ["FAILED_PRECONDITION", "CONTACT_ENDED", []]));
  console.log("A contact that ended takes no more: FAILED_PRECONDITION, CONTACT_ENDED.");
  const faulty = signpost.contacts.routeContact({
    ...chat,
    requestId: `${keys.chat}/route/3`,
    context: { channel: "fax", facts: [{ factId: "order_id", value: { case: "text", value: "one" } }] },
  });
  const fields = ["context.channel", "context.facts[0].text"];
  check("every faulty field is named", same(await refusal(faulty), ["INVALID_ARGUMENT", "INVALID_FIELD", fields]));
  console.log("Every faulty field is named: INVALID_ARGUMENT, context.channel and context.facts[0].text.");
  const unknown = signpost.contacts.getContact({ contactId: `${keys.chat}-2` });
  check("what nobody told of is not there", same(await refusal(unknown), ["NOT_FOUND", "NOT_FOUND", ["contact"]]));
  console.log("What nobody told of is not there: NOT_FOUND, contact.");
}

await main();
