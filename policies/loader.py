"""Read policy files: the shipped ones beside this module, and an admin's own from a folder."""

import hashlib
import json
from collections.abc import Container, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from policies.faults import Fault, FaultsError, faults_from
from policies.mending import mended
from policies.policy_checks import policy_errors
from policies.schema import Policy
from policies.schema_time import TRUSTED
from policies.yaml12 import read_yaml

VENDORS = Path(__file__).parent / "vendors"


def load_policies(folder: Path | None = None) -> Mapping[str, Policy]:
    """Return the shipped policies by id, with those of a folder beside them.

    Raises FaultsError with every fault of every file; a file may take a shipped policy's place only where its
    `replaces` says so.
    """
    policies = {name: shipped_policy(name) for name in shipped_ids()}
    return policies if folder is None else {**policies, **_own(folder)}


@cache
def shipped_ids() -> tuple[str, ...]:
    """Return the ids of the shipped policies."""
    return tuple(sorted(path.stem for path in VENDORS.glob("*.yaml")))


@cache
def shipped_policy(policy_id: str) -> Policy:
    """Return a shipped policy; the tests lint these, so they are taken as they are. Raises KeyError."""
    if policy_id not in shipped_ids():
        raise KeyError(policy_id)
    path = VENDORS / f"{policy_id}.yaml"
    return read_policy(path.read_text(encoding="utf-8"), path.name, trusted=True)


def load_policy_file(path: Path) -> Policy:
    """Read and check one file. Raises FaultsError with every error."""
    return read_policy(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Read a file as UTF-8. Raises FaultsError for a file that cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise FaultsError([Fault(str(path), "", error.strerror or "cannot be read", "a readable file")]) from error
    except UnicodeDecodeError as error:
        raise FaultsError([Fault(str(path), "", "the file is no UTF-8", "UTF-8 text")]) from error


def read_policy(text: str, file: str, *, trusted: bool = False) -> Policy:
    """Parse and check one policy with all its versions; a trusted one is not checked. Raises FaultsError."""
    raw = read_yaml(text, file)
    if not isinstance(raw, dict):
        raise FaultsError([Fault(file, "", f"the file holds {type(raw).__name__}", "the keys of a policy")])
    first = _validated(raw, file, "", trusted=trusted)
    versions, body = [(first.versions[0], first)], raw
    for index, version in enumerate(first.versions[1:], start=1):
        body = {**body, **version.changes}
        versions.append((version, _validated(body, file, f"versions.{index}.changes", trusted=trusted)))
    dates = [version.since for version, _ in versions]
    if sorted(set(dates)) != dates or first.versions[0].changes:
        problem = "the versions are not in the order of their dates, or the first one has changes"
        raise FaultsError([Fault(file, "versions", problem, "rising dates, and changes only from the second on")])
    return _joined(versions, raw)


def _validated(body: Mapping[str, Any], file: str, under: str, *, trusted: bool) -> Policy:
    try:
        policy = Policy.model_validate(body, context={TRUSTED: trusted})
    except ValidationError as error:
        raise FaultsError([*faults_from(error, file, under), *_later_faults(body, error, file)]) from error
    faults = () if trusted else tuple(policy_errors(policy, file))
    if faults:
        raise FaultsError(faults)
    return policy


def _later_faults(body: Mapping[str, Any], error: ValidationError, file: str) -> Iterable[Fault]:
    copy = mended(body, error.errors(include_url=False))
    if copy is None:
        return ()
    try:
        return tuple(policy_errors(Policy.model_validate(copy), file))
    except ValidationError:
        return ()


def _joined(versions: list[tuple[Any, Policy]], raw: Mapping[str, Any]) -> Policy:
    """Give each version its name with a hash of the whole file, and the first one the way to the later ones."""
    digest = hashlib.sha256(json.dumps(raw, sort_keys=True, default=str).encode("utf-8", "replace")).hexdigest()[:8]
    for version, policy in versions:
        policy._version = f"{version.version}+{digest}"  # noqa: SLF001  # only the loader may name a version
    first = versions[0][1]
    first._dated = tuple((version.since, policy) for version, policy in versions[1:])  # noqa: SLF001  # the same
    return first


def _own(folder: Path) -> dict[str, Policy]:
    faults: list[Fault] = []
    found: dict[str, Policy] = {}
    for path in _files(folder):
        try:
            policy = load_policy_file(path)
        except FaultsError as error:
            faults.extend(error.faults)
            continue
        faults.extend(shadow_faults(policy, str(path), found))
        found[policy.id] = policy
    if faults:
        raise FaultsError(faults)
    return found


def _files(folder: Path) -> Iterable[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.suffix in {".yaml", ".yml"})
    except OSError as error:
        problem = error.strerror or "cannot be read"
        raise FaultsError([Fault(str(folder), "", problem, "a folder of policy files")]) from error


def shadow_faults(policy: Policy, file: str, others: Container[str]) -> Iterable[Fault]:
    """Find an id that another of the own files has, or a shipped policy's place taken without saying so."""
    if policy.id in others:
        yield Fault(file, "id", f"another file has the id {policy.id!r} too", "an id of its own")
    if policy.id in shipped_ids() and policy.replaces is None:
        expected = f"another id, or `replaces: {policy.id}` to take its place on purpose"
        yield Fault(file, "id", f"{policy.id!r} is a shipped policy's id", expected)
    if policy.replaces is not None and policy.replaces != policy.id:
        yield Fault(file, "replaces", f"{policy.replaces!r} is not this file's own id", policy.id)
    elif policy.replaces is not None and policy.replaces not in shipped_ids():
        yield Fault(file, "replaces", f"no shipped policy is called {policy.replaces!r}", "the id of a shipped policy")
