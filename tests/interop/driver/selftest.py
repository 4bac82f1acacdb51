"""Breaks contracts and records on purpose: a program that accepts them does not check them."""

import json
import os
import shutil
import uuid

from contracts import counted, listed, programs, validate
from workspace import SCHEMAS, WORK, Failed, must, python
from records import CLIENTS, read

TYPE = "marketplace.order.paid"


def spoil_example(example, _schema):
    """A body without a field that every body has, and with a number as text."""
    body = json.loads(example.read_text())
    body["amount"] = {"currency": "RUB", "amount": "1899000"}
    example.write_text(json.dumps(body))


def spoil_reference(_example, schema):
    """A schema that needs a file that is not in it."""
    text = json.loads(schema.read_text())
    text["properties"]["amount"] = {"$ref": "https://recourse.example/schemas/elsewhere.json"}
    schema.write_text(json.dumps(text))


def refused(spoil, folder):
    """Every program must refuse one contract, spoilt: how many did."""
    shutil.rmtree(folder, ignore_errors=True)
    schema = folder / "published" / f"{TYPE}.json"
    schema.parent.mkdir(parents=True)
    shutil.copy(SCHEMAS / "published" / schema.name, schema)
    examples = folder / "examples" / TYPE
    shutil.copytree(SCHEMAS / "examples" / TYPE, examples)
    pairs, example = folder / "contracts.tsv", next(examples.iterdir())
    expected = listed(folder, pairs)
    found = programs(pairs, folder / "generated")
    for packages, command in found:
        counted(command, expected)
    spoil(example, schema)
    careless = []
    for packages, command in found:
        try:
            counted(command, expected)
            careless.append(f"{packages[0]} accepted it: {spoil.__doc__}")
        except Failed:
            pass
    if careless:
        raise Failed("\n".join(careless))
    return f"{len(found)} programs refused it"


def spoilt_document():
    """AsyncAPI's validator must refuse a document whose channel names a message that is not there."""
    document = WORK / "selftest" / "spoilt.yaml"
    document.parent.mkdir(parents=True, exist_ok=True)
    document.write_text(
        "asyncapi: 3.0.0\ninfo: {title: t, version: '1'}\n"
        "channels: {c: {address: c, messages: {m: {$ref: '#/components/messages/m'}}}}\n"
    )
    try:
        validate([document])
    except Failed:
        return "1 program refused it"
    raise Failed("it was accepted")


def spoilt_records():
    """Every client must refuse each record but the first of a topic of its own."""
    prefix = f"selftest-{uuid.uuid4().hex[:8]}."
    folder = WORK / "selftest" / "records"
    folder.mkdir(parents=True, exist_ok=True)
    (count,) = (int(line) for line in must(*python("spoilt", f"{prefix}recourse.spoilt.v1", SCHEMAS)))
    careless, ends = [], folder / "ends.tsv"
    try:
        must(*python("ends", prefix, ends))
        for language in CLIENTS:
            records = read(language, ends, folder)
            problems = {position[2]: rest[3] for position, rest in records.items()}
            if problems.pop(0, "not read"):
                careless.append(f"{language} refused the good record: {records}")
            accepted = [offset for offset, problem in problems.items() if not problem]
            if accepted or len(problems) != count - 1:
                careless.append(f"{language} read {len(problems)} and accepted {accepted}")
    finally:
        must(*python("spoilt", f"{prefix}recourse.spoilt.v1"))
    if careless:
        raise Failed("\n".join(careless))
    return f"{len(CLIENTS)} clients refused {count - 1} records"


def selftest(report):
    """All of it; the records where there is a broker."""
    folder = WORK / "selftest"
    report.step("selftest: an example that does not fit",
                lambda: refused(spoil_example, folder / "example"))
    report.step("selftest: a reference to another file",
                lambda: refused(spoil_reference, folder / "reference"))
    report.step("selftest: an AsyncAPI document with a hole", spoilt_document)
    if os.environ.get("KAFKA_BROKERS"):
        report.step("selftest: records that are no valid events", spoilt_records)
