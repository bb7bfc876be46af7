"""Channels that are internal notes, told by mappings of projects where every comment is public."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from connector.trackers.findings import fault, warning
from connector.trackers.port import Catalogue, Finding
from policies.mapping import Mappings
from policies.mapping_schema import Mapping as MappingSpec

_TODO = "tell another channel there, or limit the mapping to service projects"


def note_findings(
    specs: Iterable[tuple[int, MappingSpec]], mappings: Mappings, catalogue: Catalogue
) -> Iterator[Finding]:
    """Find the mappings whose escalation writes internal notes where a ticket cannot hold any."""
    desks = catalogue.names.get("service_desk")
    if desks is None:  # every ticket of a Zendesk holds internal notes
        return
    public = [spelled for spelled in catalogue.names.get("project", ()) if spelled not in desks]
    telling = noted_by(mappings)
    for index, spec in specs:
        if spec.escalation not in telling:
            continue
        channel, path = telling[spec.escalation][0], f"mappings.{index}.escalation"
        wanted = {text.casefold() for text in spec.match.get("project", ())}
        for spelled in public:
            if wanted & {text.casefold() for text in spelled}:
                found = f"{spec.name} tells the channel {channel!r}, and {spelled[0]} is no service project"
                yield replace(fault("not_internal", found, _TODO, spelled[0]), path=path)
        if not wanted and public:
            found = (
                f"{spec.name} tells the channel {channel!r} in every project, and {public[0][0]} is no service project"
            )
            yield replace(warning("not_internal", found, _TODO), path=path)


def noted_by(mappings: Mappings) -> dict[str, list[str]]:
    """Give the escalations that write internal notes, each with its channels that are such."""
    internal = {channel.name for channel in mappings.channels if channel.internal_comment}
    return {
        escalation.name: told
        for escalation in mappings.escalations
        if (told := sorted({name for step in escalation.steps for name in step.notify} & internal))
    }
