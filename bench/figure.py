"""What one measurement gives: five rounds of ours, of its peer where there is one, and what was to be reached."""

from dataclasses import dataclass
from statistics import median

ROUNDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measurement. With a peer the goal is on the ratio, pair by pair; without one on our own median.

    `at_most` turns the goal round: less is better. A figure without a goal is only told.
    """

    what: str
    unit: str
    ours: tuple[float, ...]
    peer: str = ""
    peers: tuple[float, ...] = ()
    goal: float | None = None
    at_most: bool = False
    remark: str = ""

    @property
    def typical(self) -> float:
        """Return our median."""
        return median(self.ours)

    @property
    def typical_peer(self) -> float | None:
        """Return the peer's median."""
        return median(self.peers) if self.peers else None

    @property
    def ratio(self) -> float | None:
        """Return the median of the ratios of each pair, ours over the peer's."""
        return median(ours / peer for ours, peer in zip(self.ours, self.peers, strict=True)) if self.peers else None

    @property
    def reached(self) -> bool | None:
        """Say whether the goal is reached; None where there is none."""
        if self.goal is None:
            return None
        shown = self.typical if self.ratio is None else self.ratio
        return shown <= self.goal if self.at_most else shown >= self.goal
