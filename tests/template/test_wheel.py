"""The template is part of what is published, and a project of it works with nothing else installed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import httpx2
import pytest

ROOT = Path(__file__).resolve().parents[2]
TEMPLATE = ROOT / "app_template"
FILES = {str(path.relative_to(TEMPLATE)) for path in TEMPLATE.rglob("*") if path.is_file()}


# As in a shell of a user's, though `make template` runs this.
SHELL = {name: value for name, value in os.environ.items() if name not in ("MAKELEVEL", "MAKEFLAGS", "MFLAGS")}


def built(target: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.iterdir()
    return path


def test_the_template_is_in_the_wheel(tmp_path: Path) -> None:
    with zipfile.ZipFile(built("wheel", tmp_path)) as archive:
        found = {name for name in archive.namelist() if "app_template" in name}
    assert {name.removeprefix("webhooks/cli/app_template/") for name in found} == FILES


def test_the_template_is_in_the_source_distribution(tmp_path: Path) -> None:
    with tarfile.open(built("sdist", tmp_path)) as archive:
        found = {name.partition("/")[2] for name in archive.getnames() if "app_template" in name}
    assert {name.removeprefix("app_template/") for name in found} == FILES


def done(*command: str | Path, folder: Path) -> str:
    ran = subprocess.run(command, cwd=folder, env=SHELL, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.mark.skipif("FROM_NOTHING" not in os.environ, reason="takes two minutes: `make template` runs it")
def test_a_project_of_the_wheel_tests_checks_and_serves_itself(tmp_path: Path) -> None:
    wheel, programs = built("wheel", tmp_path / "dist"), tmp_path / "venv" / "bin"
    done(sys.executable, "-m", "venv", "venv", folder=tmp_path)
    done(programs / "pip", "install", "--quiet", f"{wheel}[new]", folder=tmp_path)
    made = done(programs / "webhooks", "new", "desk", "--no-input", folder=tmp_path)
    first = re.findall(r"^  (make test .*)$", made, re.MULTILINE)
    assert first == [f"make test WEBHOOKS={wheel}"]
    desk = tmp_path / "desk"
    assert not list(desk.rglob("__pycache__"))
    assert " passed in " in done(*first[0].split(), folder=desk)
    done("make", "check", folder=desk)
    serves(desk)


def serves(desk: Path) -> None:
    environment = {**SHELL, "PORT": "0"}
    with subprocess.Popen(["make", "run"], cwd=desk, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Wrote .env")
        logged = (json.loads(line)["message"] for line in process.stdout if line.startswith("{"))
        url = next(found[0] for message in logged if (found := re.search(r"http://127\.0\.0\.1:\d+", message)))
        with httpx2.Client(base_url=url, trust_env=False) as client:
            assert client.get("/healthz").json() == {"status": "alive"}
            assert client.get("/readyz").status_code == 200
            assert client.post("/bandwidth", json={}).status_code == 401
        process.terminate()
        assert "Application shutdown complete." in list(logged)
