"""A Kafka broker of its own for a test run: jars by Maven, KRaft, one node. `PRIORAUTH_TEST_KAFKA` is its host:port."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import signal
import tempfile
import uuid
from collections.abc import Mapping
from pathlib import Path

from testbed.processes import Process, free_port, run, spawn, wait_until
from testbed.service import Unavailable

ADDRESS = "PRIORAUTH_TEST_KAFKA"
POM = Path(__file__).with_name("kafka-pom.xml")
START_SECONDS = 60.0
STARTED = b"Kafka Server started"
"""What the broker logs when it is registered, unfenced, and takes requests."""

JAVA = (
    "java",
    "-Xms256m",
    "-Xmx256m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.awt.headless=true",
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.log.kafka.server.KafkaRaftServer=info",
)

PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
controller.quorum.voters=1@127.0.0.1:{controller}
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
auto.create.topics.enable=false
log.cleaner.dedupe.buffer.size=1048577
"""


class Kafka:
    """One broker. `kill` and a second `start` on the same folder are what a crash and a recovery are."""

    name = "Kafka"
    variables = (ADDRESS,)

    def __init__(self) -> None:
        self._process: Process | None = None

    def start(self, folder: Path) -> Mapping[str, str]:
        """Start the broker, on the data and port that it had before if any."""
        jars = find_jars()
        properties = folder / "server.properties"
        if not properties.exists():
            self._format(jars, folder, properties)
        log = folder / "kafka.log"
        logged = log.stat().st_size if log.exists() else 0
        self._process = spawn([*java(jars), "kafka.Kafka", str(properties)], name="kafka", folder=folder)
        wait_until(lambda: STARTED in log.read_bytes()[logged:] or not self.runs, START_SECONDS)
        if STARTED not in log.read_bytes()[logged:]:
            raise Unavailable(f"the broker did not start: {log.read_text()[-500:]}")
        return {ADDRESS: address_in(properties)}

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.runs

    def stop(self) -> None:
        """Hand over what there is to hand over, and stop."""
        if self._process:
            self._process.send(signal.SIGCONT)
            self._process.end()

    def kill(self) -> None:
        """End the broker at once, as a crash does."""
        if self._process:
            self._process.send(signal.SIGKILL)
            wait_until(lambda: not self.runs, 10)

    def freeze(self) -> None:
        """Let it answer nothing while its connections stay open, until `thaw`."""
        if self._process:
            self._process.send(signal.SIGSTOP)

    def thaw(self) -> None:
        if self._process:
            self._process.send(signal.SIGCONT)

    def _format(self, jars: Path, folder: Path, properties: Path) -> None:
        """Write the settings and prepare the storage. The settings come last: with them the folder is complete."""
        settings = PROPERTIES.format(port=free_port(), controller=free_port(), data=folder / "data")
        draft = folder / "server.properties.new"
        draft.write_text(settings)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        run(
            [*java(jars), "kafka.tools.StorageTool", "format", f"--cluster-id={cluster}", "-c", str(draft)],
            what="kafka-storage format",
        )
        draft.rename(properties)


def address_in(properties: Path) -> str:
    """Where the broker of these settings listens."""
    (listener,) = (line for line in properties.read_text().splitlines() if line.startswith("advertised.listeners="))
    return listener.rpartition("//")[2]


def java(jars: Path) -> list[str]:
    """The command that runs a class of the jars."""
    return [*JAVA, "-cp", f"{jars}/*"]


def find_jars(pom: Path = POM, name: str = "kafka") -> Path:
    """The folder of the jars that a pom names, fetched once per version and kept outside the project."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "priorauth"
    jars = cache / f"{name}-{hashlib.sha256(pom.read_bytes()).hexdigest()[:12]}"
    if jars.exists():
        return jars
    for needed in ("java", "mvn"):
        if shutil.which(needed) is None:
            raise Unavailable(f"there is no {needed}; install a JDK 17 or newer and Maven")
    cache.mkdir(parents=True, exist_ok=True)
    print(f"services: fetching the jars of {name} by Maven", flush=True)
    with tempfile.TemporaryDirectory(dir=cache) as folder:
        fetched = Path(folder) / "jars"
        command = ["mvn", "-B", "-q", "-f", str(pom), "dependency:copy-dependencies", "-DincludeScope=runtime"]
        run([*command, f"-DoutputDirectory={fetched}"], what="mvn dependency:copy-dependencies")
        try:
            fetched.rename(jars)
        except OSError:  # another run was first
            if not jars.exists():
                raise
    return jars
