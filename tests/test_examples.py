"""What docs/examples shows is what runs: systemd takes the unit, the container's lines work in their order.

`make wheel` runs the Containerfile's lines in a directory of their own; no test has a container runtime.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests import dagster_page as pages
from tests.elsewhere import python_of, run
from tests.servers import free_port

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "docs" / "examples"
UNIT = EXAMPLES / "synth-assets.service"
CONTAINERFILE = (EXAMPLES / "Containerfile").read_text()
STEPS = re.findall(r"^([A-Z]+) (.*)$", CONTAINERFILE, re.M)
HOME = "/srv/synth"


def ignored(directory: str, names: list[str]) -> set[str]:
    """What `COPY . .` leaves out."""
    patterns = (ROOT / ".dockerignore").read_text().split()
    there = Path(directory).relative_to(ROOT)
    return {name for name in names if any((there / name).match(pattern) for pattern in patterns)}


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd is not installed")
    text = UNIT.read_text()
    command = re.findall(r"^ExecStart=(\S+)", text, re.M)[0]
    (tmp_path / UNIT.name).write_text(text.replace(command, str(pages.BIN / Path(command).name)))
    verified = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / UNIT.name)], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")


def test_the_container_has_the_versions_of_the_lock_file(tmp_path: Path) -> None:
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    (pinning,) = (words for kind, words in STEPS if kind == "RUN" and "requirements.lock" in words)
    subprocess.run(["sh", "-c", pinning], cwd=tmp_path, check=True)
    pins = (tmp_path / "constraints.txt").read_text().splitlines()
    assert all(re.fullmatch(r"[\w.-]+==[\w.+!]+( ; .+)?", pin) for pin in pins)
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {re.match(r"[\w-]+", name)[0] for name in needed}
    assert names <= {pin.partition("==")[0] for pin in pins}


def test_the_two_lines_are_those_of_the_readme() -> None:
    lines = re.findall(r"^#   (podman .*)$", CONTAINERFILE, re.M)
    assert [line.split()[1] for line in lines] == ["build", "run"]
    assert "\n".join(lines) in (EXAMPLES / "README.md").read_text()


def test_the_page_is_served_to_the_host_alone() -> None:
    assert "-p 127.0.0.1:3000:3000" in CONTAINERFILE
    assert "--host 127.0.0.1" in UNIT.read_text()


@pytest.mark.skipif("WHEEL" not in os.environ, reason="minutes: make wheel")
@pytest.mark.skipif(os.getuid() != 0, reason="it gives files to another user, as root does")
def test_the_lines_of_the_container_make_data_and_serve_the_page(tmp_path: Path) -> None:
    version = re.findall(r"python:(3\.\d+)", CONTAINERFILE)[0]
    python = python_of(version) or pytest.skip(f"Python {version} is not installed")
    image = tmp_path / "image"
    run(python, "-m", "venv", str(image), cwd=tmp_path)
    environment = {"PATH": f"{image}/bin:/usr/local/bin:/usr/bin:/bin"}
    place = tmp_path
    for kind, words in STEPS:
        words = words.replace(HOME, f"{tmp_path}{HOME}")
        if kind == "WORKDIR":
            place = Path(words) if words.startswith(str(tmp_path)) else tmp_path / words.lstrip("/")
        elif kind == "COPY":
            shutil.copytree(ROOT, place, ignore=ignored)
        elif kind == "ENV":
            environment |= dict(word.split("=") for word in words.split())
        elif kind == "RUN":
            run("sh", "-c", words, cwd=place, **environment)
        elif kind == "CMD":
            port = free_port()
            command = [*json.loads(words), "--port", str(port)]
            with pages.served(command, place, port, PYTHONPATH="", **environment) as log:
                assert "Serving dagster-webserver on http://0.0.0.0" in log.read_text()
    assert (place / "data" / "synth_assets.duckdb").exists()
    assert "WARNING" not in log.read_text()
