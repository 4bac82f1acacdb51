// Publishes the events in a file, the first in binary mode and the second in structured mode:
// `TOPIC EVENTS`. The key is the purchase's: the order's number. kafkajs partitions by murmur2.
import { readFileSync } from "node:fs";
import { CloudEvent, Kafka as CloudEvents } from "cloudevents";
import kafkajs from "kafkajs";

const [topic, file] = process.argv.slice(2);
const kafka = new kafkajs.Kafka({
  clientId: "interop",
  brokers: process.env.KAFKA_BROKERS.split(","),
  logLevel: kafkajs.logLevel.ERROR,
});
const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
await producer.connect();
const events = JSON.parse(readFileSync(file, "utf8")).map((event) => new CloudEvent(event));
for (const [number, event] of events.entries()) {
  const { headers, value } = number === 1 ? CloudEvents.structured(event) : CloudEvents.binary(event);
  const text = typeof value === "string" ? value : JSON.stringify(value);
  // The SDK creates a header for each attribute; kafkajs cannot send undefined ones.
  const given = Object.entries(headers).filter(([, value]) => value !== undefined);
  const messages = [{ key: event.subject, value: text, headers: Object.fromEntries(given) }];
  await producer.send({ topic, acks: -1, messages });
}
await producer.disconnect();
console.log("read", events.length, events.length);
