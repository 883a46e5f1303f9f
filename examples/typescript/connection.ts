// What both conversations need: a connection with deadlines and retries, and refusals in plain values.

import assert from "node:assert/strict";
import { randomInt, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError, createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { BadRequest, ErrorInfo, ResourceInfo } from "nice-grpc-error-details";
import { CaseService } from "./generated/signpost/v1/case_service_pb.js";
import { ContactService } from "./generated/signpost/v1/contact_service_pb.js";
import { CustomerService } from "./generated/signpost/v1/customer_service_pb.js";
import { FeedService } from "./generated/signpost/v1/feed_service_pb.js";
import { PlaybookService } from "./generated/signpost/v1/playbook_service_pb.js";

const DEADLINE_MS = 10_000;
const ATTEMPTS_MAX = 4;
const PAUSE_FIRST_MS = 50;

/** The services of one server, called in the name of one actor: by gRPC, or by what SIGNPOST_PROTOCOL says. */
export function connect(server: string, actor: string) {
  const named: Interceptor = (next) => (request) => {
    request.header.set("signpost-actor", actor);
    return next(request);
  };
  const options = {
    baseUrl: `http://${server}`,
    defaultTimeoutMs: DEADLINE_MS,
    interceptors: [named, repeated],
  };
  const transport = transportOf(process.env["SIGNPOST_PROTOCOL"] ?? "grpc", options);
  return {
    cases: createClient(CaseService, transport),
    contacts: createClient(ContactService, transport),
    customers: createClient(CustomerService, transport),
    feeds: createClient(FeedService, transport),
    playbooks: createClient(PlaybookService, transport),
  };
}

export type Signpost = ReturnType<typeof connect>;

interface Options {
  baseUrl: string;
  defaultTimeoutMs: number;
  interceptors: Interceptor[];
}

/** The Connect protocol is for where there is no gRPC; the calls, and all else here, are the same. */
function transportOf(protocol: string, options: Options): Transport {
  switch (protocol) {
    case "grpc":
      return createGrpcTransport(options);
    case "connect-json":
      return createConnectTransport({ ...options, httpVersion: "1.1", useBinaryFormat: false });
    case "connect-proto":
      return createConnectTransport({ ...options, httpVersion: "2", useBinaryFormat: true });
    default:
      throw new Error(`SIGNPOST_PROTOCOL must be grpc, connect-json or connect-proto, not ${protocol}`);
  }
}

/** Safe for every call: reads change nothing, and a write is known again by its request_id. */
const repeated: Interceptor = (next) => async (request) => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await next(request);
    } catch (error) {
      const code = ConnectError.from(error).code;
      const mayPass = code === Code.Unavailable || code === Code.ResourceExhausted;
      if (!mayPass || attempt === ATTEMPTS_MAX || request.signal.aborted) {
        throw error;
      }
      await sleep(PAUSE_FIRST_MS * 2 ** (attempt - 1));
    }
  }
};

/** A detail of a refusal as it came. */
interface Detail {
  type: string;
  value: Uint8Array;
}

/** The code and the ErrorReason of the refusal that this call must meet, and the fields or the thing that it names. */
export async function refusal(call: Promise<unknown>): Promise<[code: string, reason: string, names: string[]]> {
  try {
    await call;
  } catch (error) {
    const refused = ConnectError.from(error);
    const details = refused.details.flatMap((detail) => ("type" in detail ? [{ ...detail }] : []));
    return [wireName(refused.code), reason(details), details.flatMap(named)];
  }
  throw new Error("this must be refused");
}

/** Why it was refused: programs branch on this, people read the message. */
function reason(details: Detail[]): string {
  const info = details.find((detail) => detail.type === "google.rpc.ErrorInfo");
  assert(info, "every refusal has its reason");
  return ErrorInfo.decode(info.value).reason;
}

/** The faulty fields, or the missing or taken thing. */
function named({ type, value }: Detail): string[] {
  switch (type) {
    case "google.rpc.BadRequest":
      return BadRequest.decode(value).fieldViolations.map((fault) => fault.field);
    case "google.rpc.ResourceInfo":
      return [ResourceInfo.decode(value).resourceType];
    default:
      return [];
  }
}

/** A code as gRPC writes it: INVALID_ARGUMENT rather than InvalidArgument. */
function wireName(code: Code): string {
  return (Code[code] ?? "").replace(/(?<=[a-z])(?=[A-Z])/g, "_").toUpperCase();
}

/** Ends the conversation where it does not go as told. */
export function check(what: string, isSo: unknown): asserts isSo {
  assert(isSo, what);
}

/** A part of names that nobody used before, so that a conversation can be had again on the same server. */
export function fresh(): string {
  return randomUUID().replaceAll("-", "").slice(0, 12);
}

/** An order number that nobody used before. */
export function digits(): string {
  return Array.from({ length: 12 }, () => randomInt(10)).join("");
}
