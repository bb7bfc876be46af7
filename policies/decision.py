"""What the core decides about one ticket, and the cycles it has ended."""

from dataclasses import dataclass
from datetime import datetime

from policies.model import State
from policies.notices import Notice
from policies.receipt import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A cycle that has ended, frozen with its verdict and the versions it ended under.

    `event` names what ended it (`comment:10001`, `field:customfield_10092`, `status:...`, `ended`): while the ticket
    still shows that event, the verdict stands.
    """

    metric: str
    start_at: datetime
    ended_at: datetime
    event: str
    state: State
    due_at: datetime | None
    level: int | None
    policy: str
    policy_version: str
    mapping: str
    mapping_version: int
    summary: Fact
    receipt: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCycle:
    """A cycle that has not ended: running, breached without an answer, or paused (`due_at` None)."""

    metric: str
    start_at: datetime
    state: State
    due_at: datetime | None
    level: int | None
    receipt: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to show for a ticket and when to look at it again.

    `write` False means: leave the ticket's fields alone. `due_at` is what the field shows (None: empty). `reason` is a
    machine word (`no_match`, `priority_without_level`, `no_plan`, `no_timezone`, `no_customer`,
    `ended_before_mapping`, ...). `summary` becomes the one-line text at the edge. `finished` are all ended cycles as
    they should be stored from now on. `open_cycles` has one for each metric at most. `notices` is the whole schedule of
    the open cycles under their present due times, past and to come; steps before `notices_from` are never raised.
    """

    state: State
    write: bool
    due_at: datetime | None
    summary: Fact
    look_at: datetime | None
    mapping: str | None = None
    reason: str | None = None
    start_at: datetime | None = None
    level: int | None = None
    policy: str | None = None
    plan: str | None = None
    receipt: tuple[Fact, ...] = ()
    finished: tuple[Finished, ...] = ()
    open_cycles: tuple[OpenCycle, ...] = ()
    notices: tuple[Notice, ...] = ()
    notices_from: datetime | None = None
