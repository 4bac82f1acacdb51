"""Makes a topic with one good record and some broken ones, `TOPIC SCHEMAS`; deletes it again, `TOPIC`."""

import os
import sys
from pathlib import Path

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

TYPE = "marketplace.order.paid"
topic, *schemas = sys.argv[1:]
brokers = {"bootstrap.servers": os.environ["KAFKA_BROKERS"]}
admin = AdminClient(brokers)
if not schemas:
    admin.delete_topics([topic])[topic].result(20)
    sys.exit()

body = next(Path(schemas[0], "examples", TYPE).iterdir()).read_bytes()
good = {
    "ce_specversion": "1.0",
    "content-type": "application/json",
    "ce_id": "1001-paid",
    "ce_source": "agora",
    "ce_type": TYPE,
    "ce_time": "2025-10-20T10:15:00Z",
    "ce_dataschema": f"https://recourse.example/schemas/{TYPE}.json",
}
records = [
    (good, body),
    ({name: value for name, value in good.items() if name != "ce_id"}, body),
    ({name: value for name, value in good.items() if name != "ce_source"}, body),
    ({}, body),
    (good, b"{"),
    (good, b"{}"),
    ({**good, "ce_dataschema": f"/recourse/schemas/{TYPE}.json"}, body),
    ({**good, "ce_time": "yesterday"}, body),
]
admin.create_topics([NewTopic(topic, 1, 1)])[topic].result(20)
producer = Producer(brokers)
for headers, value in records:
    producer.produce(topic, key="1001", headers=headers, value=value)
producer.flush(30)
print(len(records))
