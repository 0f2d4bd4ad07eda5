"""A cluster of a master and two workers on this machine, for as long as the tests run."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

collect_ignore = [] if os.environ.get("TIAOLI_SPARK") else ["test_agreement.py", "test_batch.py", "test_division.py"]
"""What needs a cluster is run by `make spark`."""

START = 60
"""Seconds that a part of the cluster may take to start."""


@pytest.fixture(scope="session")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the cluster's master."""
    pyspark = pytest.importorskip("pyspark")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        pytest.skip("there is no Java")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    home = Path(pyspark.__file__).parent
    folder = tmp_path_factory.mktemp("cluster")
    port, *others = (_free_port() for _ in range(4))
    address = f"spark://127.0.0.1:{port}"
    deploy = "org.apache.spark.deploy"
    with ExitStack() as running:
        arguments = [
            f"{deploy}.master.Master",
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--webui-port",
            str(others[0]),
        ]
        running.enter_context(_process(home, arguments, folder / "master.log"))
        _wait(port)
        for number in (1, 2):
            arguments = [f"{deploy}.worker.Worker", "--host", "127.0.0.1", "--webui-port", str(others[number])]
            arguments += ["--cores", "1", "--memory", "2g", "--work-dir", str(folder / f"worker{number}"), address]
            running.enter_context(_process(home, arguments, folder / f"worker{number}.log"))
            _wait(others[number])
        yield address
        from pyspark.sql import SparkSession

        session = SparkSession.getActiveSession()
        if session is not None:
            session.stop()


class _process:  # noqa: N801
    def __init__(self, home: Path, arguments: list[str], log: Path) -> None:
        environment = {**os.environ, "SPARK_HOME": str(home)}
        with log.open("wb") as out:
            command = [str(home / "bin" / "spark-class"), *arguments]
            self.running = subprocess.Popen(command, stdout=out, stderr=out, env=environment)

    def __enter__(self) -> None: ...

    def __exit__(self, *details: object) -> None:
        self.running.terminate()
        self.running.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(port: int) -> None:
    """Until something listens there."""
    end = time.monotonic() + START
    while time.monotonic() < end:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise TimeoutError(f"nothing listens at port {port}")
