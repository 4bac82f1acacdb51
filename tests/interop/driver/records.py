"""Every record of an installation's topics, read by a foreign client in each of four languages."""

import hashlib
import os
import shutil
import tomllib
from concurrent.futures import ThreadPoolExecutor

from workspace import SCHEMAS, WORK, Failed, go, java, must, named, node, python

CLIENTS = {
    "Java": (["maven:kafka-clients", "maven:cloudevents-kafka"], java, "Records"),
    "Python": (["pypi:confluent-kafka", "pypi:cloudevents"], python, "records"),
    "Go": (["go:franz-go", "go:cloudevents/sdk-go/v2"], go, "records"),
    "Node": (["npm:kafkajs", "npm:cloudevents"], node, "records"),
}
FEED = "marketplace.orders.v1"
CREATED = "recourse.topic.created.v1"


def read(language, ends, folder):
    """What a client makes of every record: position to id, type, schema and problem."""
    _, program, name = CLIENTS[language]
    out = folder / f"{language}.tsv"
    must(*program(name, ends, SCHEMAS / "published", out))
    records = {}
    for line in out.read_text().splitlines():
        topic, partition, offset, *rest = line.split("\t")
        records[topic, int(partition), int(offset)] = rest
    return records


def digest(records):
    """A digest of each record's topic, partition, offset and id; a rejected record has no id."""
    ids = {position: "" if problem else id for position, (id, _, _, problem) in records.items()}
    lines = sorted("\t".join(map(str, [*position, id])) for position, id in ids.items())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def kept(prefix):
    """The topics that the repository names: name to whether its records are kept, from a first one on."""
    topics = {}
    for file in (SCHEMAS / "topics").glob("*.toml"):
        kind = tomllib.loads(file.read_text())["kind"]
        topics[prefix + file.stem] = kind in ("events", "commands", "dead_letter")
    return topics


def dead_letters(records):
    """Positions of the dead-lettered records; a dead letter's id starts with its position."""
    ids = [rest[0] for (topic, *_), rest in records.items() if ".dlq." in topic]
    return {tuple(id.split("/")[:3]) for id in ids}


def wrong(records, prefix):
    """What is wrong with the records, a line for each; and how many the marketplace should not have sent.

    The demo's marketplace now and then sends what cannot be read. Such a record has to be a dead letter.
    """
    put_aside, problems, unusable = dead_letters(records), [], 0
    for (topic, partition, offset), (_, type_, schema, problem) in sorted(records.items()):
        position = f"{topic}/{partition}/{offset}"
        if topic == prefix + FEED:
            named = {(name, str(partition), str(offset)) for name in (topic, FEED)}
            if problem and named & put_aside:
                unusable += 1
                continue
        elif not problem and not schema:
            problem = "it names no schema"
        if problem:
            problems.append(f"{position} {type_}: {problem}")
    for topic, has_first in kept(prefix).items():
        if not any(position[0] == topic for position in records) and has_first:
            problems.append(f"{topic}: no record")
        elif has_first and records.get((topic, 0, 0), [""] * 4)[1] != CREATED:
            problems.append(f"{topic}/0/0: the first record is no {CREATED}")
    return problems, unusable


def records(report, prefix=""):
    """Reads with each client, and compares the results."""
    folder = WORK / "records"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    ends, found = folder / "ends.tsv", {}

    def topics():
        must(*python("ends", prefix, ends))
        partitions = [line.split("\t") for line in ends.read_text().splitlines()]
        if not partitions:
            raise Failed(f"{os.environ['KAFKA_BROKERS']} has no topic {prefix}recourse.*")
        return f"{len({name for name, *_ in partitions})} topics, {len(partitions)} partitions"

    def client(language):
        found[language] = read(language, ends, folder)
        problems, unusable = wrong(found[language], prefix)
        if problems:
            raise Failed("\n".join(problems))
        return f"{len(found[language])} records, {unusable} of them dead letters"

    def agree():
        digests = {language: digest(records) for language, records in found.items()}
        if len(found) < len(CLIENTS) or len(set(digests.values())) != 1:
            counts = {language: len(records) for language, records in found.items()}
            raise Failed(f"digests {digests}\nrecords {counts}")
        return f"digest {digests['Java']}"

    if not report.step("topics", topics):
        return
    with ThreadPoolExecutor(2) as pool:
        steps = {language: f"{language}: {named(*CLIENTS[language][0])}" for language in CLIENTS}
        list(pool.map(lambda language: report.step(steps[language], lambda: client(language)), CLIENTS))
    report.step("all four read the same", agree)
