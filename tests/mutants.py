"""Put small faults into a copy of the tree, one at a time: a test must fail each time. Prints which caught which."""

import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
POLICIES, TRACKERS, STORE = "tests/policies", "tests/connector/trackers", "tests/connector/store"
WEB, SYNC, SCENARIOS = "tests/connector/web", "tests/worker/test_sync.py", "tests/scenarios"
NOTICES = "tests/worker/test_sync_notices.py"
PATIENCE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault: a piece of a file that stands there once, what stands there instead, and the tests to run."""

    name: str
    file: str
    right: str
    wrong: str
    tests: tuple[str, ...]


MUTANTS = (
    Mutant(
        "a target is a minute too long",
        "policies/vendors/okta-premier-success.yaml",
        "1: {target: 30m,",
        "1: {target: 31m,",
        (POLICIES,),
    ),
    Mutant(
        "two plans' columns are swapped",
        "policies/vendors/okta-premier-success.yaml",
        "3: {target: 8h, calendar: 24x7",
        "3: {target: 4h, calendar: 24x7",
        (POLICIES,),
    ),
    Mutant(
        "a closing edge is a minute late",
        "policies/vendors/auth0-self-service.yaml",
        'mon-fri: "06:00-18:00"',
        'mon-fri: "06:00-18:01"',
        (POLICIES,),
    ),
    Mutant(
        "24x5 opens with Monday's first minute",
        "policies/vendors/okta-premier-success.yaml",
        'mon: "00:01-24:00"',
        'mon: "00:00-24:00"',
        (POLICIES,),
    ),
    Mutant(
        "a due time at closing moves to the next opening",
        "policies/open_year.py",
        "bisect_left(self.after, total)",
        "min(__import__('bisect').bisect_right(self.after, total), len(self.after) - 1)",
        (POLICIES,),
    ),
    Mutant(
        "a level change moves the start",
        "policies/timing.py",
        "if not mapping.restart_on_level_change:",
        "if mapping.restart_on_level_change is None:",
        (POLICIES,),
    ),
    Mutant(
        "breached one instant too early",
        "policies/cycle.py",
        "State.BREACHED if now > due else",
        "State.BREACHED if now >= due else",
        (POLICIES,),
    ),
    Mutant(
        "the reporter's own comment answers",
        "policies/answers.py",
        "if ticket.reporter is not None and author.id == ticket.reporter.id:",
        "if ticket.reporter is None:",
        (POLICIES,),
    ),
    Mutant(
        "an internal comment answers",
        "policies/answers.py",
        "    if not comment.public:\n",
        "    if comment is None:\n",
        (POLICIES,),
    ),
    Mutant(
        "a verdict is rewritten when a file changes",
        "policies/verdicts.py",
        "if not still_stands(ticket, cycle.event):",
        "if True or not still_stands(ticket, cycle.event):",
        (POLICIES,),
    ),
    Mutant(
        "FINISH forgets the version",
        "connector/store/lease.py",
        'unchanged = columns.version == bindparam("read"',
        'unchanged = columns.version >= bindparam("read"',
        (STORE,),
    ),
    Mutant(
        "a write leaves without RENEW",
        "worker/leasekeeper.py",
        "if method.upper() not in _READS or now - self._kept_at >= _RENEW_AFTER:",
        "if now - self._kept_at >= _RENEW_AFTER:",
        (SYNC, "tests/worker"),
    ),
    Mutant(
        "Jira's fields are written without comparing",
        "connector/trackers/jira/write.py",
        "    held = ticket.held.get(name)\n    if name",
        "    held = '' if name else None\n    if name",
        (TRACKERS,),
    ),
    Mutant(
        "Zendesk's fields are written without comparing",
        "connector/trackers/zendesk/write.py",
        "if ticket.held.get(name) != text]",
        "if name or text]",
        (TRACKERS,),
    ),
    Mutant(
        "any signature is right",
        "connector/trackers/signing.py",
        "found |= hmac.compare_digest(",
        "found |= True or hmac.compare_digest(",
        (TRACKERS,),
    ),
    Mutant(
        "a repeated delivery counts again",
        "connector/store/deliveries.py",
        "    if delivery_id is None:\n",
        "    if delivery_id is not None:\n",
        (STORE, WEB),
    ),
    Mutant(
        "a paused site is fed",
        "connector/store/feed.py",
        "if self.paused:",
        "if self.paused and self.failing and self.busy:",
        (STORE,),
    ),
    Mutant(
        "an unmapped ticket is written though dueby never wrote it",
        "worker/settle.py",
        "return seen.decision.state is not State.UNMAPPED or wrote_before(seen)",
        "return True",
        (SYNC, SCENARIOS),
    ),
    Mutant(
        "who is told while the answer is written never hears that it is over",
        "connector/store/notices.py",
        "            return False",
        "            return True",
        (NOTICES,),
    ),
    Mutant(
        "a refused write loses the plan of notices",
        "worker/settle.py",
        "            _keep(conn, seen, deps, now, synced=False)",
        "            pass",
        (NOTICES,),
    ),
    Mutant(
        "a site that is only watched tells people",
        "worker/planning.py",
        "_nobody_told(standing) if silent else replan",
        "replan",
        (NOTICES,),
    ),
)


def main() -> int:
    """Try every mutant; return how many survived."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(".venv", ".git", ".*_cache", ".hypothesis", "bench"))
        survived = [mutant.name for mutant in MUTANTS if not _caught(mutant, copy)]
    print(f"{len(MUTANTS) - len(survived)} of {len(MUTANTS)} faults caught")  # noqa: T201  # a report
    return len(survived)


def _caught(mutant: Mutant, copy: Path) -> bool:
    path = copy / mutant.file
    text = path.read_text(encoding="utf-8")
    if text.count(mutant.right) != 1:
        sys.exit(f"{mutant.file} no longer holds {mutant.right!r} exactly once: mend tests/mutants.py")
    path.write_text(text.replace(mutant.right, mutant.wrong), encoding="utf-8")
    try:
        by = _failing_test(mutant, copy)
    finally:
        path.write_text(text, encoding="utf-8")
    print(f"{'caught' if by else 'SURVIVED':9} {mutant.name}: {by or 'no test failed'}", flush=True)  # noqa: T201  # a report
    return bool(by)


def _failing_test(mutant: Mutant, copy: Path) -> str | None:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *mutant.tests]
    ran = subprocess.run(  # noqa: S603  # our own tests
        command, cwd=copy, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False
    )
    found = re.search(r"^(?:FAILED|ERROR) (.+?)(?: - |$)", ran.stdout, re.MULTILINE)
    return found[1] if ran.returncode == 1 and found else None


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
