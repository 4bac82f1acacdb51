"""jsonschema loads each schema alone, with its format checker, and validates its examples."""

import json

from jsonschema import Draft202012Validator
from referencing import Registry

from listed import check

CHECKER = Draft202012Validator.FORMAT_CHECKER


def formats(schema):
    """Every `format` in a schema."""
    if isinstance(schema, dict):
        if isinstance(schema.get("format"), str):
            yield schema["format"]
        schema = list(schema.values())
    if isinstance(schema, list):
        for part in schema:
            yield from formats(part)


def load(text, _file):
    schema = json.loads(text)
    Draft202012Validator.check_schema(schema)
    # An unknown format would be ignored silently.
    if unknown := set(formats(schema)) - set(CHECKER.checkers):
        raise ValueError(f"unknown formats: {unknown}")
    # An empty registry: nothing is fetched.
    validator = Draft202012Validator(schema, format_checker=CHECKER, registry=Registry())
    return lambda example: validator.validate(json.loads(example))


check(load)
