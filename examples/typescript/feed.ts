// Reads the feed of events from its oldest one until it has told what was just done.
//
//     SIGNPOST_SERVER=127.0.0.1:7100 SIGNPOST_PROTOCOL=connect-json npm run feed

import { check, connect, fresh, refusal } from "./connection.js";
import { WatchStart } from "./generated/signpost/v1/feed_service_pb.js";

const signpost = connect(process.env["SIGNPOST_SERVER"] ?? "127.0.0.1:7100", "platform/example");
const contactId = `chat-${fresh()}`;
const requestId = `${contactId}/1`;
await signpost.contacts.routeContact({ requestId, contactId, context: { channel: "web_chat" } });

async function cursorOfOurs(): Promise<string> {
  const stop = new AbortController();
  try {
    let sequence = 0n;
    for await (const { items } of signpost.feeds.watchEvents({ start: WatchStart.OLDEST }, { signal: stop.signal })) {
      for (const { item, cursor } of items) {
        if (item.case === "event") {
          sequence += 1n;
          check("no event is left out", item.value.sequence === sequence);
          if (item.value.requestId === requestId) {
            return cursor;
          }
        }
      }
    }
    throw new Error("the feed ended");
  } finally {
    stop.abort();
  }
}

check("the event has a cursor to go on from", await cursorOfOurs());
const watch = signpost.feeds.watchEvents({ cursor: "nonsense" });
const [code, , names] = await refusal(watch[Symbol.asyncIterator]().next());
check("a cursor that is none is named", code === "INVALID_ARGUMENT" && names.join() === "cursor");
console.log("The feed told every event, up to ours.");
