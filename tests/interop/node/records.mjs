// Reads every record of the partitions in ENDS, and writes a line for each to OUT:
// `ENDS SCHEMAS OUT`.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import addFormats from "ajv-formats/dist/index.js";
import Ajv from "ajv/dist/2020.js";
import { CloudEvent, Kafka as CloudEvents } from "cloudevents";
import kafkajs from "kafkajs";

const PATIENCE_MS = 120_000;
const BASE = "https://recourse.example/schemas/";
const [endsFile, schemas, out] = process.argv.slice(2);

const validators = new Map();
for (const name of readdirSync(schemas).filter((name) => name.endsWith(".json"))) {
  const schema = JSON.parse(readFileSync(join(schemas, name), "utf8"));
  const ajv = new Ajv.default({ strict: true });
  addFormats.default(ajv);
  validators.set(schema.$id, ajv.compile(schema));
}

/** The SDK's Kafka binding refuses structured events without a time, which is optional; its constructor does not. */
function toEvent(message) {
  const structured = message.headers["content-type"]?.startsWith("application/cloudevents+json");
  return structured ? new CloudEvent(JSON.parse(message.value)) : CloudEvents.toEvent(message);
}

/** Id, type, schema, and what is wrong with it. */
function describe(message) {
  let event;
  try {
    // kafkajs returns bytes, the SDK expects text.
    const headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, value?.toString()]),
    );
    event = toEvent({ headers, key: message.key?.toString(), value: message.value });
    event.validate();
    // If an event names no schema, its type determines it.
    const schema = event.dataschema ?? `${BASE}${event.type}.json`;
    const validate = validators.get(schema);
    if (!validate) throw new Error(`no published schema is "${schema}"`);
    if (!validate(event.data)) throw new Error(JSON.stringify(validate.errors));
    return [event.id, event.type, event.dataschema, ""];
  } catch (error) {
    const problem = String(error.message).replaceAll(/\s+/g, " ");
    return [event?.id, event?.type, event?.dataschema, problem].map((text) => text ?? "");
  }
}

const lines = [];
const left = new Map(); // partitions that are not read to their end
const topics = new Set();
for (const line of readFileSync(endsFile, "utf8").split("\n").filter(Boolean)) {
  const [topic, partition, end] = line.split("\t");
  topics.add(topic);
  if (end !== "0") left.set(`${topic}\t${partition}`, BigInt(end));
}
const ends = new Map(left);

const kafka = new kafkajs.Kafka({
  clientId: "interop",
  brokers: process.env.KAFKA_BROKERS.split(","),
  logLevel: kafkajs.logLevel.NOTHING,
});
const consumer = kafka.consumer({ groupId: `interop-${process.pid}-${Date.now()}` }); // read_committed by default
let done;
const finished = new Promise((resolve, reject) => {
  done = resolve;
  consumer.on(consumer.events.CRASH, ({ payload: { error } }) => reject(error));
  setTimeout(() => reject(new Error(`not read to their end: ${[...left.keys()]}`)), PATIENCE_MS).unref();
});
// A batch may contain only transaction markers, which are not records; it still has a last offset.
consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { topic, partition, lastOffset } }) => {
  const topicPartition = `${topic}\t${partition}`;
  if (left.has(topicPartition) && BigInt(lastOffset) + 1n >= left.get(topicPartition)) left.delete(topicPartition);
  if (left.size === 0) done();
});
await consumer.connect();
await consumer.subscribe({ topics: [...topics], fromBeginning: true });
await consumer.run({
  autoCommit: false,
  eachBatch: async ({ batch, resolveOffset }) => {
    for (const message of batch.messages) {
      const topicPartition = `${batch.topic}\t${batch.partition}`;
      if (BigInt(message.offset) < (ends.get(topicPartition) ?? 0n)) {
        lines.push([topicPartition, message.offset, ...describe(message)].join("\t"));
      }
      resolveOffset(message.offset);
    }
  },
});
try {
  await finished;
} catch (error) {
  console.log(error.message);
  process.exit(1);
}
await consumer.disconnect();
writeFileSync(out, `${lines.join("\n")}\n`);
process.exit(0);
