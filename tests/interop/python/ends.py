"""Notes where each partition of an installation's topics ends now: every program reads up to there.

A line for each: `topic<TAB>partition<TAB>end`. The end is that of committed transactions.
"""

import os
import sys

from confluent_kafka import IsolationLevel, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

prefix, out = sys.argv[1:]
admin = AdminClient({"bootstrap.servers": os.environ["KAFKA_BROKERS"]})
topics = {
    name: topic
    for name, topic in admin.list_topics(timeout=20).topics.items()
    if name.startswith(f"{prefix}recourse.") or name == f"{prefix}marketplace.orders.v1"
}
asked = {
    TopicPartition(name, partition): OffsetSpec.latest()
    for name, topic in topics.items()
    for partition in topic.partitions
}
answers = {}
if asked:
    answers = admin.list_offsets(asked, isolation_level=IsolationLevel.READ_COMMITTED)
with open(out, "w") as file:
    for topic_partition, answer in sorted(answers.items(), key=lambda item: str(item[0])):
        print(topic_partition.topic, topic_partition.partition, answer.result(20).offset, sep="\t", file=file)
