"""Publishes the events in a file, the first in binary mode and the second in structured mode: `TOPIC EVENTS`.

The key is the purchase's: the order's number. librdkafka places keys by murmur2 when it is asked to.
"""

import json
import os
import sys

from cloudevents.core.bindings.kafka import to_binary_event, to_structured_event
from cloudevents.core.formats.json import JSONFormat
from confluent_kafka import Producer

topic, file = sys.argv[1:]
producer = Producer(
    {"bootstrap.servers": os.environ["KAFKA_BROKERS"], "partitioner": "murmur2_random"}
)
refused = []
with open(file) as text:
    events = [JSONFormat().read(None, json.dumps(event)) for event in json.load(text)]
for event, write in zip(events, [to_binary_event, to_structured_event]):
    message = write(event)
    producer.produce(
        topic,
        key=event.get_subject(),
        value=message.value,
        headers=message.headers,
        on_delivery=lambda error, _: error and refused.append(str(error)),
    )
if producer.flush(60) or refused:
    sys.exit(f"not published: {refused or 'no answer'}")
print("read", len(events), len(events))
