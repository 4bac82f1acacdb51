"""A played year to read, and orders that foreign producers send to it."""

import json
import os
import re
import signal
import subprocess
import time
import urllib.request
from contextlib import contextmanager

from contracts import counted
from workspace import ROOT, SCHEMAS, WORK, Failed, go, java, must, named, node, python

RECOURSE = os.environ.get("RECOURSE", ROOT / "target/debug/recourse")
MARKETPLACE = "agora"  # the demo's
PATIENCE = 60
YEAR = 900  # seconds that a played year may take
PRODUCERS = {
    "Java": (["maven:kafka-clients", "maven:cloudevents-kafka"], java, "Orders"),
    "Python": (["pypi:confluent-kafka", "pypi:cloudevents"], python, "orders"),
    "Go": (["go:franz-go", "go:cloudevents/sdk-go/v2"], go, "orders"),
    "Node": (["npm:kafkajs", "npm:cloudevents"], node, "orders"),
}


@contextmanager
def played(report, orders):
    """Plays a year and keeps it running: its address and topic prefix; None if that failed."""
    log, demo, found = WORK / "demo.log", None, None

    def play():
        nonlocal demo, found
        with open(log, "w") as out:
            demo = subprocess.Popen(
                [RECOURSE, "demo", "--serve", "--orders", str(orders)],
                cwd=ROOT,
                env={**os.environ, "RECOURSE__HTTP__BIND": "127.0.0.1:0"},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + YEAR
        while not (up := re.search(r"HTTP +(\S+)[\s\S]*TOPIC_PREFIX=(\S+) ", log.read_text())):
            if demo.poll() is not None or time.monotonic() > deadline:
                raise Failed("\n".join(log.read_text().splitlines()[-12:]))
            time.sleep(0.2)
        found = up.groups()
        return f"{orders} orders"

    try:
        report.step("recourse demo", play)
        yield found
    finally:
        if demo and demo.poll() is None:
            demo.send_signal(signal.SIGINT)
            try:
                demo.wait(60)
            except subprocess.TimeoutExpired:
                demo.kill()


def placed(language):
    """Two orders as events, with numbers of their own."""
    example = next((SCHEMAS / "examples/marketplace.order.placed").glob("1-*.json"))
    events = []
    for mode in ("binary", "structured"):
        number = f"interop-{language.lower()}-{mode}"
        data = {**json.loads(example.read_text()), "order": number}
        events.append({
            "specversion": "1.0",
            "id": f"{number}-placed",
            "source": MARKETPLACE,
            "type": "marketplace.order.placed",
            "subject": number,
            "time": "2025-10-20T10:15:00Z",
            "datacontenttype": "application/json",
            "dataschema": "https://recourse.example/schemas/marketplace.order.placed.json",
            "data": data,
        })
    return events


def ask(address, number, token):
    """The orders of that number that the HTTP interface shows to the marketplace."""
    url = f"{address}/v1/orders?marketplace={MARKETPLACE}&number={number}"
    request = urllib.request.Request(url, headers={"authorization": f"Bearer {token}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["items"]


def send(language, address, prefix, token):
    """Sends both orders, and waits until both can be seen."""
    events = placed(language)
    file = WORK / f"orders-{language}.json"
    file.write_text(json.dumps(events))
    _, program, name = PRODUCERS[language]
    counted(program(name, f"{prefix}marketplace.orders.v1", file), (len(events), len(events)))
    deadline = time.monotonic() + PATIENCE
    for event in events:
        while not ask(address, event["subject"], token):
            if time.monotonic() > deadline:
                raise Failed(f"the order {event['subject']} did not become visible in {PATIENCE} s")
            time.sleep(0.2)
    return "2 orders sent and seen: binary, structured"


def orders(report, address, prefix):
    """Orders from a producer in each language."""
    token = must(RECOURSE, "token", "--role", "marketplace", "--subject", MARKETPLACE)[-1]
    for language, (packages, *_) in PRODUCERS.items():
        report.step(f"{language}: {named(*packages)}",
                    lambda: send(language, address, prefix, token))
