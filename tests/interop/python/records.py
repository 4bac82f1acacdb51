"""Reads every record of the partitions in ENDS, and writes a line for each to OUT: `ENDS SCHEMAS OUT`."""

import json
import os
import sys
from pathlib import Path
from time import monotonic

from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event
from confluent_kafka import Consumer, KafkaError, TopicPartition
from jsonschema import Draft202012Validator
from referencing import Registry

PATIENCE = 120
BASE = "https://recourse.example/schemas/"


def published(folder):
    validators = {}
    for file in Path(folder).glob("*.json"):
        schema = json.loads(file.read_text())
        validators[schema["$id"]] = Draft202012Validator(
            schema,
            format_checker=Draft202012Validator.FORMAT_CHECKER,
            registry=Registry(),
        )
    return validators


def describe(record, validators):
    """Id, type, schema, and what is wrong with it."""
    event = None
    try:
        headers = dict(record.headers() or [])
        # The SDK would invent an id for an event that has none.
        if "ce_specversion" in headers and not headers.get("ce_id"):
            raise ValueError("the header ce_id is missing")
        message = KafkaMessage(headers=headers, key=record.key(), value=record.value())
        event = from_kafka_event(message)
        # If an event names no schema, its type determines it.
        schema = event.get_dataschema() or f"{BASE}{event.get_type()}.json"
        if schema not in validators:
            raise ValueError(f"no published schema is {schema!r}")
        validators[schema].validate(event.get_data())
        problem = ""
    except Exception as error:
        problem = " ".join(f"{type(error).__name__}: {error}".split())
    if event is None:
        return "", "", "", problem
    return event.get_id(), event.get_type(), event.get_dataschema() or "", problem


def read(ends, validators, out):
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ["KAFKA_BROKERS"],
            "group.id": "interop",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "auto.offset.reset": "error",
            "enable.partition.eof": True,
        }
    )
    consumer.assign([TopicPartition(*topic_partition, 0) for topic_partition in ends])
    deadline = monotonic() + PATIENCE
    left = set(ends)
    while left:
        if monotonic() > deadline:
            sys.exit(f"{len(left)} partitions could not be read to their end: {sorted(left)}")
        record = consumer.poll(1)
        if record is None:
            continue
        topic_partition = record.topic(), record.partition()
        if error := record.error():
            # At the end of a partition, transaction markers, which are not records, are passed.
            if error.code() != KafkaError._PARTITION_EOF:
                sys.exit(str(error))
            left.discard(topic_partition)
        elif record.offset() < ends[topic_partition]:
            print(*topic_partition, record.offset(), *describe(record, validators), sep="\t", file=out)
        else:
            left.discard(topic_partition)
    consumer.close()


ends = {}
for line in Path(sys.argv[1]).read_text().splitlines():
    topic, partition, end = line.split("\t")
    ends[topic, int(partition)] = int(end)
with open(sys.argv[3], "w") as out:
    read(ends, published(sys.argv[2]), out)
