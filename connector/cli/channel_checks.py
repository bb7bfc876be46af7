"""What `mappings apply` says of notices: addresses written out, steps too early, notes that everybody would read."""

from collections.abc import Callable, Iterator

import click

from connector.errors import TrackerError
from connector.preflight.notes import note_findings, noted_by
from connector.preflight.preflight import specs_of
from connector.settings import Settings
from connector.trackers.port import Finding, Tracker, Verdict
from policies.early_steps import early_steps
from policies.escalation_schema import Channel
from policies.faults import Fault, FaultsError
from policies.loader import load_policies
from policies.mapping import Mappings


def check_channels(mappings: Mappings, settings: Settings, file: str, tracker: Callable[[str], Tracker]) -> None:
    """Warn on standard error of what may be wrong. Raise FaultsError for internal notes where there can be none.

    `tracker` opens a site's; only sites are asked of which a mapping writes internal notes.
    """
    early = early_steps(mappings, load_policies(settings.policies), file)
    warnings = [*map(str, _written_out(mappings.channels, file)), *map(str, early)]
    faults: list[Fault] = []
    for site in _sites_noted(mappings, settings):
        try:
            found = list(note_findings(specs_of(site, mappings), mappings, tracker(site).catalogue()))
        except TrackerError as error:
            warnings.append(f"{file}: whether tickets of {site} can hold internal notes is not known. {error}")
            continue
        faults += [_fault(finding, file) for finding in found if finding.verdict is Verdict.FAULT]
        warnings += [str(_fault(finding, file)) for finding in found if finding.verdict is Verdict.WARNING]
    for warning in warnings:
        click.echo(f"Warning: {' '.join(warning.split())}", err=True)
    if faults:
        raise FaultsError(faults)


def _written_out(channels: tuple[Channel, ...], file: str) -> Iterator[Fault]:
    """Find addresses that stand in the file as they are: whoever reads the file or an export could send there."""
    for index, channel in enumerate(channels):
        if channel.url is not None and "${" not in channel.url:
            problem = f"the address of {channel.name} is written out"
            yield Fault(
                file, f"channels.{index}.url", problem, "${NAME}, and the address in that variable", warning=True
            )


def _sites_noted(mappings: Mappings, settings: Settings) -> list[str]:
    """Name the Jiras of which a mapping's escalation writes internal notes; every Zendesk ticket can hold them."""
    telling = noted_by(mappings)
    noted = dict.fromkeys(spec.site for spec in mappings.mappings if spec.escalation in telling)
    return [site for site in noted if settings.sites[site].tracker == "jira"]


def _fault(finding: Finding, file: str) -> Fault:
    return Fault(file, finding.path or "", finding.found, finding.todo)
