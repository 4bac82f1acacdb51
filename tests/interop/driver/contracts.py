"""Foreign validators and generators for every schema, and AsyncAPI's tools for every document."""

import shutil
from concurrent.futures import ThreadPoolExecutor

from install import ecj
from workspace import NODE, SCHEMAS, WORK, Failed, go, java, must, named, node, python, run


def listed(schemas, out):
    """Writes the list that every program gets: `schema<TAB>example` for each example. The numbers of both.

    An event that every context has (`recourse.claim.input_noted.v1`) shares the examples of its kind
    (`input_noted.v1`).
    """
    examples = schemas / "examples"
    lines, without, used = [], [], set()
    published = sorted((schemas / "published").glob("*.json"))
    for schema in published:
        folder = examples / schema.stem
        if not folder.is_dir():
            folder = examples / schema.stem.split(".", 2)[-1]
        bodies = sorted(folder.glob("*.json"))
        without += [] if bodies else [f"{schema.name} has no example"]
        used.add(folder)
        lines += [f"{schema}\t{body}\n" for body in bodies]
    without += [f"{folder.name}: examples of no schema" for folder in examples.iterdir()
                if folder not in used]
    if without or not published:
        raise Failed("\n".join(without or [f"{schemas}/published is empty"]))
    out.write_text("".join(lines))
    return len(published), len(lines)


def counted(command, expected=None):
    """Runs a program whose last line is `read A B`, and which prints a line for each problem before that."""
    succeeded, lines = run(*command)
    read = lines.pop().split() if lines and lines[-1].startswith("read ") else None
    if not succeeded or read is None:
        raise Failed("\n".join(lines or ["it ended without a result"]))
    read = tuple(int(number) for number in read[1:])
    if expected and read != expected:
        raise Failed(f"it read {read} instead of {expected}")
    return read


def programs(contracts, out):
    """The programs that read schemas and examples: packages, and command."""
    return [
        (["npm:ajv", "npm:ajv-formats"], node("contracts", contracts)),
        (["pypi:jsonschema"], python("contracts", contracts)),
        (["go:santhosh-tekuri/jsonschema/v6"], go("contracts", contracts)),
        (["maven:json-schema-validator"], java("Contracts", contracts)),
        (["npm:json-schema-to-typescript", "npm:typescript"],
         node("json-schema-to-typescript", contracts, out / "json-schema-to-typescript")),
        (["npm:quicktype-core", "npm:typescript"], node("quicktype", contracts, out / "quicktype")),
        (["pypi:datamodel-code-generator", "pypi:pydantic"],
         python("models", contracts, out / "datamodel-code-generator")),
    ]


def validate(documents):
    """`asyncapi validate`: errors and warnings fail."""
    cli = NODE / "node_modules/@asyncapi/cli/bin/run_bin"
    for document in documents:
        must("node", cli, "validate", document, "--fail-severity=warn", cwd=NODE)
    return f"{len(documents)} documents"


def models(documents, out):
    """TypeScript, which the program checks, and Java, which is compiled here."""
    _, models = counted(node("modelina", out, *documents))
    ecj(out / "classes", out / "java")
    return f"{len(documents)} documents, {models} models compiled"


def contracts(report, schemas=SCHEMAS):
    """All of it, two programs at a time."""
    out = WORK / "generated"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    pairs, expected = out / "contracts.tsv", None

    def list_all():
        nonlocal expected
        expected = listed(schemas, pairs)
        return "{} schemas, {} examples".format(*expected)

    if not report.step("published schemas and their examples", list_all):
        return
    documents = sorted((schemas / "asyncapi").glob("*.yaml"))
    steps = [
        (named("npm:@asyncapi/html-template"),
         lambda: "{} documents".format(*counted(node("html", out / "html", *documents)))),
        (named("npm:@asyncapi/cli"), lambda: validate(documents)),
        (named("npm:@asyncapi/modelina", "maven:ecj"), lambda: models(documents, out / "modelina")),
    ]
    for packages, command in programs(pairs, out):
        def step(command=command):
            counted(command, expected)
            return "{} schemas, {} examples".format(*expected)
        steps.append((named(*packages), step))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda step: report.step(*step), steps))
