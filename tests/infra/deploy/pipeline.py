"""Cloud Build on this machine: reads a build's file as it does, and runs the steps in its order, without containers.

https://cloud.google.com/build/docs/build-config-file-schema, …/configuring-builds/substitute-variable-values and
…/configure-build-step-order. An image is the programs that it is known to have; all steps share the workspace.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from google.cloud.devtools import cloudbuild_v1
from google.protobuf import json_format

BUILT_IN = {"PROJECT_ID", "PROJECT_NUMBER", "BUILD_ID", "LOCATION", "COMMIT_SHA", "SHORT_SHA", "REVISION_ID"}
BUILT_IN |= {"BRANCH_NAME", "TAG_NAME", "REPO_NAME", "REPO_FULL_NAME", "TRIGGER_NAME", "REF_NAME"}
_REFERENCE = re.compile(r"\$\$|\$\{([A-Z_][A-Z0-9_]*)\}|\$([A-Z_][A-Z0-9_]*)")


class Refused(Exception):
    """Cloud Build would not begin."""


@dataclass(frozen=True)
class Build:
    """A build as Cloud Build takes it."""

    message: Any

    def run(self, workspace: Path, images: Mapping[str, str]) -> dict[str, str]:
        """How each step ended; `images` is the PATH of each. A step that fails ends the build."""
        ended: dict[str, str] = {}
        steps = [*self.message.steps]
        while waiting := [step for step in steps if step.id not in ended]:
            step = next(step for step in waiting if _may_begin(step, steps, ended))
            image = step.name.partition(":")[0]
            environment = {"PATH": images[image], "HOME": str(workspace.parent / "home")}
            environment |= dict(one.split("=", 1) for one in (*self.message.options.env, *step.env))
            command = [step.entrypoint, *step.args]
            done = subprocess.run(command, cwd=workspace, env=environment, capture_output=True, text=True, check=False)
            ended[step.id] = "SUCCESS" if done.returncode == 0 else f"FAILURE\n{done.stdout}{done.stderr}"
            if done.returncode:
                break
        return ended


def read(file: Path, given: Mapping[str, str]) -> Build:
    """The file with its substitutions, `given` and its own. Raises Refused as Cloud Build does."""
    document = yaml.safe_load(file.read_text())
    try:
        message = json_format.ParseDict(document, cloudbuild_v1.Build.pb()())
    except json_format.ParseError as error:
        raise Refused(str(error)) from error
    values = {**message.substitutions, **given}
    if wrong := [name for name in values if name not in BUILT_IN and not re.fullmatch("_[A-Z0-9_]+", name)]:
        raise Refused(f"substitutions must begin with an underscore: {wrong}")
    used: set[str] = set()
    body = {name: part for name, part in document.items() if name != "substitutions"}
    text = _substituted(body, values, used)
    if unused := sorted(set(values) - used - {"PROJECT_ID"}):
        raise Refused(f"keys in the substitution data are not matched in the template: {unused}")
    message = json_format.ParseDict(text, cloudbuild_v1.Build.pb()())
    known: list[str] = []
    for step in message.steps:
        if not step.id or step.id in known:
            raise Refused(f"a step's id is missing or there twice: {step.id!r}")
        if early := [one for one in step.wait_for if one != "-" and one not in known]:
            raise Refused(f"{step.id} waits for steps that do not come before it: {early}")
        known.append(step.id)
    return Build(message)


def _may_begin(step: Any, steps: list[Any], ended: Mapping[str, str]) -> bool:
    before = [one.id for one in steps[: steps.index(step)]]
    return all(one in ended for one in (step.wait_for or before) if one != "-")


def _substituted(part: Any, values: Mapping[str, str], used: set[str]) -> Any:
    if isinstance(part, dict):
        return {name: _substituted(one, values, used) for name, one in part.items()}
    if isinstance(part, list):
        return [_substituted(one, values, used) for one in part]

    def value(found: re.Match[str]) -> str:
        name = found.group(1) or found.group(2)
        if name is None:
            return "$"
        if name not in values and name not in BUILT_IN:
            raise Refused(f"key in the template {name!r} is not a valid built-in substitution")
        used.add(name)
        return values.get(name, "")

    return _REFERENCE.sub(value, part) if isinstance(part, str) else part
