// What a chatbot on a page needs of Signpost: JSON over HTTP with nothing but fetch. chatbot.html is such a page.

/** One call: an answer, or an error with the code, the message and the details of the refusal. */
export async function call(server, method, message) {
  const headers = { "content-type": "application/json", "signpost-actor": "chatbot/web" };
  const body = JSON.stringify(message);
  const response = await fetch(`${server}/signpost.v1.${method}`, { method: "POST", headers, body });
  const told = await response.json();
  if (!response.ok) throw Object.assign(new Error(told.message), told);
  return told;
}

/** What to offer: the closer reasons of `primary`, or the primary ones. */
export async function menu(server, primary) {
  const { menu } = await call(server, "PlaybookService/GetReasonMenu", { channel: "web_chat", languageCode: "en", primaryReason: primary });
  return menu.items;
}

/** What comes next: `askFacts` to ask, or `target` to go to. Facts add up from call to call of one chat. */
export async function route(server, contactId, reason, facts = []) {
  const context = { channel: "web_chat", statedReason: reason, facts };
  const message = { requestId: crypto.randomUUID(), contactId, context };
  return (await call(server, "ContactService/RouteContact", message)).answer;
}
