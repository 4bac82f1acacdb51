"""The list of contracts that every program gets: a line for each example, `schema<TAB>example`."""

import sys
from pathlib import Path

problems = []


def problem(file, error):
    """Notes what is wrong, and where."""
    problems.append(" ".join(f"{file}: {error}".split()))


def check(load):
    """Loads each schema, and decodes each of its examples with what `load(text, file)` returns."""
    listed = {}
    for line in Path(sys.argv[1]).read_text().splitlines():
        file, example = line.split("\t")
        listed.setdefault(file, []).append(example)
    schemas = examples = 0
    for file, bodies in listed.items():
        try:
            decode = load(Path(file).read_text(), file)
        except Exception as error:
            problem(file, f"{type(error).__name__}: {error}")
            continue
        schemas += 1
        for example in bodies:
            try:
                decode(Path(example).read_text())
                examples += 1
            except Exception as error:
                problem(example, error)
    for line in problems:
        print(line)
    # For the driver.
    print("read", schemas, examples)
    sys.exit(1 if problems else 0)
