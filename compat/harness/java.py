"""Class paths from Maven, and Java programs started with them.

A class path is computed once per `pom.xml` and kept in the work folder with the hash of that file.
"""
import hashlib
import os
import pathlib
import subprocess

from . import paths

SERVER = paths.COMPAT / "kafka" / "server"
TOOLS = paths.COMPAT / "kafka" / "tools"
CONFIGS = paths.COMPAT / "kafka" / "configs"


class ToolchainMissing(Exception):
    """A program that the suite cannot do without is not installed, or its packages cannot be had."""


def classpath(project: pathlib.Path) -> str:
    """The class path of the Maven project in this folder."""
    key = hashlib.sha256((project / "pom.xml").read_bytes()).hexdigest()[:16]
    cached = paths.work("classpath", f"{project.name}-{key}")
    if cached.exists():
        value = cached.read_text()
        if all(os.path.exists(jar) for jar in value.split(":")):
            return value
    try:
        done = subprocess.run(
            ["mvn", "-q", "-B", "-f", str(project / "pom.xml"), "dependency:build-classpath",
             f"-Dmdep.outputFile={cached}"],
            capture_output=True, text=True, timeout=600, check=False)
    except FileNotFoundError as error:
        raise ToolchainMissing("mvn is not installed (Debian: maven)") from error
    if done.returncode != 0:
        raise ToolchainMissing(f"Maven could not resolve {project.name}: {(done.stdout + done.stderr)[-1500:]}")
    return cached.read_text()


def quiet_log4j(folder: pathlib.Path, level: str = "WARN") -> pathlib.Path:
    """A log4j configuration that writes what matters to stderr."""
    path = folder / "log4j2.properties"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "appender.c.type=Console\nappender.c.name=C\nappender.c.target=SYSTEM_ERR\n"
        "appender.c.layout.type=PatternLayout\nappender.c.layout.pattern=[%d] %p %m (%c)%n\n"
        f"rootLogger.level={level}\nrootLogger.appenderRef.c.ref=C\n")
    return path


def command(project: pathlib.Path, main: str, *args: str, options: tuple[str, ...] = ()) -> list[str]:
    """The command line that runs class `main` (or a .java file) of a Maven project's class path."""
    config = quiet_log4j(paths.work("log4j", "x").parent)
    return ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", *options, f"-Dlog4j2.configurationFile={config}",
            "-Djava.awt.headless=true", "-cp", classpath(project), main, *args]
