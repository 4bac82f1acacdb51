"""Where everything is, and how programs are run."""

import os
import re
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
HERE = ROOT / "tests" / "interop"
SCHEMAS = ROOT / "schemas"
WORK = ROOT / "target" / "interop"
BIN, JARS, CLASSES = WORK / "bin", WORK / "jars", WORK / "classes"
NODE, GO = WORK / "node", WORK / "go-interop"
PYTHON = WORK / "venv" / "bin" / "python"

# No implicit downloads, no telemetry, no colours.
ENVIRONMENT = {
    **os.environ,
    "PATH": f"{BIN}:{os.environ['PATH']}",
    "CI": "true",
    "NO_COLOR": "1",
    "GOTOOLCHAIN": "local",
    "GOFLAGS": "-mod=readonly -buildvcs=false",
    "NODE_ENV": "",
    "NODE_NO_WARNINGS": "1",
    "SUPPRESS_NO_CONFIG_WARNING": "1",
    "ASYNCAPI_METRICS_CONFIG_PATH": str(WORK / "asyncapi-metrics"),
    "PYTHONDONTWRITEBYTECODE": "1",
}


class Failed(Exception):
    """What went wrong, a line for each thing."""


def run(*command, cwd=ROOT, env=None):
    """Runs a program: whether it succeeded, and the lines that it printed."""
    ended = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env={**ENVIRONMENT, **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    return ended.returncode == 0, ended.stdout.splitlines()


def must(*command, **more):
    """Runs a program that has to succeed, and returns the lines that it printed."""
    succeeded, lines = run(*command, **more)
    if not succeeded:
        raise Failed("\n".join(lines[-20:] or [f"{command[0]} failed without output"]))
    return lines


def java(main, *arguments):
    return ["java", "-XX:+UseSerialGC", "-cp", f"{CLASSES}:{JARS}/*", main, *arguments]


def node(program, *arguments):
    return ["node", NODE / f"{program}.mjs", *arguments]


def python(program, *arguments):
    return [PYTHON, HERE / "python" / f"{program}.py", *arguments]


def go(command, *arguments):
    return [GO, command, *arguments]


LOCKS = {
    "npm": ("node/package.json", r'"{}": "(.*)"'),
    "pypi": ("python/requirements.in", r"(?m)^{}(?:\[.*\])?==(.*)$"),
    "go": ("go/go.mod", r"\s\S+/{} v(\S+)"),
    "maven": ("java/pom.xml", r"<artifactId>{}</artifactId>\s*<version>(.*)</version>"),
}


def named(*packages):
    """Packages (`npm:ajv`) with the versions that the files of their registries have."""
    names = []
    for package in packages:
        registry, name = package.split(":")
        file, pattern = LOCKS[registry]
        text = (HERE / file).read_text()
        names.append(f"{name} {re.search(pattern.format(re.escape(name)), text)[1]}")
    return ", ".join(names)


class Report:
    """A line for each step, and one of totals."""

    def __init__(self):
        self.began, self.steps, self.failed = time.monotonic(), 0, []

    def step(self, name, work):
        """Does a step: `work` returns what was read, and raises `Failed` when something is wrong."""
        began = time.monotonic()
        try:
            did, result, problems = work(), "ok", []
        except Failed as failure:
            did, result, problems = "", "FAILED", str(failure).splitlines()
        except Exception as error:
            did, result, problems = "", "FAILED", [f"{type(error).__name__}: {error}"]
        seconds = time.monotonic() - began
        lines = [f"{name:<54} {did:<40} {result:<6} {seconds:6.1f} s"]
        lines += [f"    {line.replace(f'{ROOT}/', '')[:400]}" for line in problems[:12]]
        if len(problems) > 12:
            lines.append(f"    and {len(problems) - 12} more")
        print("\n".join(lines), flush=True)
        self.steps += 1
        if result == "FAILED":
            self.failed.append(name)
        return result == "ok"

    def totals(self):
        """The last line; true when nothing failed."""
        seconds = time.monotonic() - self.began
        failed = f", {len(self.failed)} failed: {'; '.join(self.failed)}" if self.failed else ""
        print(f"interop: {self.steps - len(self.failed)} of {self.steps} steps passed{failed} "
              f"({seconds:.0f} s)", flush=True)
        return not self.failed
