"""Several hosts: a Ray head and two workers at addresses of their own, one of which dies in mid-run.

Network namespaces make the hosts where the machine allows it, loopback addresses otherwise. It takes most of
a minute, so only `make hosts` runs it; `test_engines.py` kills a worker of a cluster on one host.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from synth_assets.generation.generate import write_world
from synth_assets.scenario.resolve import resolve
from synth_assets.storage.store import Store
from tests.dagster_runs import AS_OF
from tests.processes import descendants

BLOCKS = int(os.environ.get("HOSTS_BLOCKS", "0"))
PORT = 6399
BIN = Path(sys.executable).parent
NAMES = ("head", "one", "two")


class Host(NamedTuple):
    """A host: its address, and what comes before a command to run it there."""

    address: str
    prefix: tuple[str, ...] = ()


@contextmanager
def hosts() -> Iterator[list[Host]]:
    """A head and two workers that reach each other; skips where neither kind of host can be made."""
    if not sys.platform.startswith("linux"):
        pytest.skip("addresses of their own need Linux: 127.0.0.2 is not there elsewhere")
    with ExitStack() as made:
        try:
            yield made.enter_context(_namespaces())
        except _NoNamespaces as reason:
            print(f"loopback addresses instead of namespaces: {reason}")
            yield [Host(f"127.0.0.{place}") for place in (1, 2, 3)]


class _NoNamespaces(Exception):
    pass


@contextmanager
def _namespaces() -> Iterator[list[Host]]:
    """Three network namespaces, the workers' cables in a bridge on the head."""
    label = f"sa{os.getpid()}"
    commands = [f"netns add {label}{name}" for name in NAMES]
    commands += [f"-n {label}{name} link set lo up" for name in NAMES]
    commands += [f"-n {label}head link add bridge type bridge", f"-n {label}head link set bridge up"]
    commands += [f"-n {label}head addr add 10.77.0.1/24 dev bridge"]
    for place, name in ((2, "one"), (3, "two")):
        commands += [
            f"-n {label}head link add {name} type veth peer name cable netns {label}{name}",
            f"-n {label}head link set {name} master bridge up",
            f"-n {label}{name} addr add 10.77.0.{place}/24 dev cable",
            f"-n {label}{name} link set cable up",
        ]
    try:
        for command in commands:
            _ip(command)
        yield [
            Host(f"10.77.0.{place}", ("ip", "netns", "exec", f"{label}{name}"))
            for place, name in enumerate(NAMES, start=1)
        ]
    finally:
        for name in NAMES:
            subprocess.run(["ip", "netns", "del", f"{label}{name}"], capture_output=True)


def _ip(command: str) -> None:
    try:
        subprocess.run(["ip", *command.split()], check=True, capture_output=True, text=True)
    except FileNotFoundError:
        raise _NoNamespaces("there is no `ip`") from None
    except subprocess.CalledProcessError as error:
        raise _NoNamespaces(f"ip {command}: {error.stderr.strip()}") from None


@contextmanager
def ray_node(host: Host, environment: dict[str, str], *options: str) -> Iterator[int]:
    """A Ray node in the foreground of a process, whose number is given; everything of it dies at the end."""
    command = [*host.prefix, str(BIN / "ray"), "start", "--block", f"--node-ip-address={host.address}"]
    command += ["--disable-usage-stats", "--object-store-memory=100000000", *options]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=environment)
        try:
            yield process.pid
        finally:
            kill_all(process.pid)
            process.wait()


def kill_all(pid: int) -> None:
    """kill -9 a process and everything below it."""
    for doomed in (*descendants(pid), pid):
        try:
            os.kill(doomed, signal.SIGKILL)
        except ProcessLookupError:
            continue


@contextmanager
def cluster() -> Iterator[tuple[Host, dict[str, str], int]]:
    """A cluster: its head, the environment that leads to it, and the process of its first worker."""
    with hosts() as (head, one, two), ExitStack() as nodes:
        scratch = tempfile.mkdtemp(prefix="ray", dir="/tmp")  # sockets have short names
        nodes.callback(shutil.rmtree, scratch, ignore_errors=True)
        address = f"{head.address}:{PORT}"
        starting = ("--head", f"--port={PORT}", "--num-cpus=0", "--include-dashboard=false")
        secret = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        nodes.enter_context(ray_node(head, os.environ | secret, *starting, f"--temp-dir={scratch}"))
        environment = os.environ | secret | {"RAY_ADDRESS": address}
        _until_there(head, environment, 1)
        first = nodes.enter_context(ray_node(one, environment, f"--address={address}", "--num-cpus=1"))
        _until_there(head, environment, 2)
        nodes.enter_context(ray_node(two, environment, f"--address={address}", "--num-cpus=1"))
        _until_there(head, environment, 3)
        yield head, environment, first


def _until_there(head: Host, environment: dict[str, str], nodes: int) -> None:
    """Wait until a cluster has so many nodes."""
    code = "import ray; ray.init(logging_level='ERROR'); print(sum(node['Alive'] for node in ray.nodes()))"
    deadline = time.monotonic() + 90
    while True:
        command = [*head.prefix, sys.executable, "-c", code]
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        if done.stdout.strip().endswith(str(nodes)):
            return
        assert time.monotonic() < deadline, f"no cluster of {nodes} nodes came up: {done.stderr}"
        time.sleep(0.5)


@pytest.mark.skipif(not BLOCKS, reason="make hosts runs it")
def test_a_host_that_dies_in_mid_run_changes_no_byte(tmp_path: Path) -> None:
    scenario = resolve("order_to_cash", {"as_of": AS_OF, "num_transactions": BLOCKS * 65_536})
    expected = write_world(scenario, tmp_path / "expected")
    data = tmp_path / "data"
    command = [str(BIN / "synth-assets"), "generate", "order_to_cash", "--engine", "ray", "--as-of", AS_OF]
    command += ["--set", f"num_transactions={BLOCKS * 65_536}", "--data-dir", str(data)]
    with cluster() as (head, environment, first):
        run = subprocess.Popen(
            [*head.prefix, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        staged = data / "order_to_cash" / ".staging"
        while len(list(staged.glob("*/orders/part-*"))) < BLOCKS // 4:
            assert run.poll() is None, run.communicate()
            time.sleep(0.02)
        kill_all(first)
        assert run.poll() is None, "the run had ended before the host died"
        _, errors = run.communicate(timeout=600)
    assert run.returncode == 0, errors
    store = Store(scenario.world, data)
    found = {table.name: store.published(table.name).content for table in scenario.world.tables}
    assert found == {name: version.content for name, version in expected.items()}
    files = {path.name for path in (data / "order_to_cash" / ".versions").rglob("*") if path.is_file()}
    assert files == {f"part-{block:05d}.parquet" for block in range(BLOCKS)} | {"_table.json"}
