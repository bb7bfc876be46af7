"""The rules in force in one process: policies from files and mappings from SQL, kept while their sources change."""

import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path

import structlog
from sqlalchemy import Connection

from connector.decided import InForce, in_force
from connector.sites import Site
from connector.store.mappings import current_mappings, mappings_version
from policies.faults import FaultsError
from policies.loader import load_policies
from policies.mapping import Mappings
from policies.schema import Policy

_LOOK_EVERY = 2.0
_log = structlog.get_logger(__name__)
_Stamp = tuple[tuple[str, int, int], ...]


class Rules:
    """Give the rules in force. What can't be read leaves the last good set in force and is told in `trouble`.

    Files are looked at every two seconds at most, the mappings' version at each sync. Raise FaultsError where there was
    no good set yet.
    """

    def __init__(
        self, folder: Path | None, sites: Mapping[str, Site], ticking: Callable[[], float] = time.monotonic
    ) -> None:
        self._folder, self._sites, self._ticking = folder, sites, ticking
        self._looked = ticking()
        self._stamp = _stamp(folder)
        self._policies = load_policies(folder)
        self._digest = _digest(self._policies)
        self._good: InForce | None = None
        self._tried: tuple[int, str] | None = None
        self._policies_trouble: str | None = None
        self._mappings_trouble: str | None = None

    @property
    def trouble(self) -> str | None:
        """Tell a person what of the files or the mappings can't be used, if anything."""
        return self._policies_trouble or self._mappings_trouble

    def policies(self) -> Mapping[str, Policy]:
        """Return the policies, read anew if a file changed."""
        if self._ticking() - self._looked >= _LOOK_EVERY:
            self._looked = self._ticking()
            stamp = _stamp(self._folder)
            if stamp != self._stamp:
                self._stamp = stamp
                self._reload()
        return self._policies

    def versions(self) -> Mapping[str, str]:
        """Return the version of each policy as read last: another version, other due times."""
        return {name: policy.version for name, policy in self.policies().items()}

    def in_force(self, conn: Connection) -> InForce:
        """Return policies and the mappings that were read with them. Raise FaultsError where none were ever good."""
        policies = self.policies()
        wanted = (mappings_version(conn), self._digest)
        if wanted != self._tried:
            self._read_mappings(conn, policies)
            self._tried = wanted
        return self._good or InForce(policies, Mappings(), {})

    def _reload(self) -> None:
        try:
            self._policies = load_policies(self._folder)
        except FaultsError as error:
            self._policies_trouble = f"The policies keep their last good state: {error}"
            _log.error("policies_broken", faults=[str(fault) for fault in error.faults])
        else:
            self._digest, self._policies_trouble = _digest(self._policies), None
            _log.info("policies_loaded", count=len(self._policies))

    def _read_mappings(self, conn: Connection, policies: Mapping[str, Policy]) -> None:
        stored = current_mappings(conn)
        if stored is None:
            return
        try:
            self._good, self._mappings_trouble = in_force(stored, policies, self._sites), None
        except FaultsError as error:
            self._mappings_trouble = f"Mappings and policies keep their last good state: {error}"
            _log.error("mappings_broken", faults=[str(fault) for fault in error.faults])
            if self._good is None:
                raise


def _digest(policies: Mapping[str, Policy]) -> str:
    versions = sorted(f"{name}={policy.version}" for name, policy in policies.items())
    return sha256("\n".join(versions).encode()).hexdigest()


def _stamp(folder: Path | None) -> _Stamp:
    """Tell files apart without reading them; a folder that can't be listed has no files."""
    if folder is None:
        return ()
    try:
        found = [(path.name, path.stat()) for path in folder.iterdir() if path.suffix in {".yaml", ".yml"}]
    except OSError:
        return ()
    # ctime: unlike mtime it also moves where only a file's permissions change, or an older file takes its place
    return tuple(sorted((name, stat.st_ctime_ns, stat.st_size) for name, stat in found))
