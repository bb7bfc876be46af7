"""`dueby channels test`: send a message through one channel, the way that notices go, and say what came of it."""

import os
from collections.abc import Mapping
from typing import NoReturn
from uuid import uuid4

import click

from connector import time_source
from connector.cli.door import WRONGLY_USED, door, give_up, open_store, read_settings, site_named, ticket_named
from connector.notify.alert import compose_test
from connector.notify.incidents import opens_incidents
from connector.notify.send import resolve, send
from connector.notify.written import Message, Reader
from connector.settings import Settings
from connector.store.engine import reading
from connector.store.mappings import current_mappings
from connector.store.rates import counting
from connector.trackers.registry import open_tracker
from policies.escalation_schema import Channel
from policies.loader import load_policies
from policies.mapping import read_mappings


@click.group(short_help="Try the channels that notices go through.")
def channels() -> None:
    """Try the channels that the mappings file names.

    \b
    Example:
      dueby channels test on-call
    """  # noqa: D301  # \b is click's mark for lines that stay as they are


@channels.command()
@click.argument("name")
@click.option(
    "--ticket", nargs=2, metavar="SITE TICKET", help="The ticket that an internal comment is put on, by key or id."
)
def test(name: str, ticket: tuple[str, str] | None) -> None:
    """Send a test message through the channel NAME of the mappings in force, at once and whatever its hours.

    A channel of internal comments needs a ticket to put one on.

    \b
    Example:
      dueby channels test on-call
      dueby channels test ticket --ticket acme HOST-12
    """  # noqa: D301  # the same
    with door():
        settings = read_settings()
        channel = _channel(_channels(settings), name)
        message = compose_test(name, Reader(channel.language, channel.timezone), now=time_source.now())
        if channel.internal_comment:
            _comment(settings, channel, ticket, message)
        elif ticket:
            give_up(f"The channel {name} has an address of its own, so it takes no --ticket.", WRONGLY_USED)
        else:
            _send(channel, message)


def _channels(settings: Settings) -> Mapping[str, Channel]:
    with reading(open_store(settings)) as conn:
        standing = current_mappings(conn)
    if standing is None:
        return {}
    read = read_mappings(standing.text, "mappings in force", load_policies(settings.policies), settings.sites)
    return {channel.name: channel for channel in read.channels}


def _channel(known: Mapping[str, Channel], name: str) -> Channel:
    if name not in known:
        there = ", ".join(sorted(known)) or "none yet (`dueby mappings apply FILE` puts some in force)"
        give_up(f"There is no channel {name!r}, expected one of: {there}.", WRONGLY_USED)
    return known[name]


def _comment(settings: Settings, channel: Channel, named: tuple[str, str] | None, message: Message) -> None:
    if named is None:
        sentence = f"The channel {channel.name} writes internal comments: name a ticket by --ticket SITE TICKET."
        give_up(sentence, WRONGLY_USED)
    site = site_named(settings, named[0])
    if not site.write:
        give_up(f"dueby writes nothing on {site.name}: `write` is false there, so no comment was made.")
    tracker = open_tracker(site, time_source.now, counting(open_store(settings), site, time_source.now))
    fetched = tracker.fetch(ticket_named(site, named[1]))
    tracker.comment(fetched.ref.id, f"{message.title}\n\n{message.text}")
    click.echo(f"An internal comment stands on {fetched.key} of {site.name} now.")


def _send(channel: Channel, message: Message) -> None:
    key = f"dueby-test-{uuid4().hex}"
    outcome = send(channel, message, key)
    if not outcome.sent:
        _refused(outcome.why)
    click.echo(f"The channel {channel.name} took the test; see that it arrived.")
    if opens_incidents(channel, os.environ):
        over = resolve(channel, [key])
        if not over.sent:
            _refused(over.why)
        click.echo("Its incident is resolved again.")


def _refused(why: str) -> NoReturn:
    give_up(why.replace(" It is tried again.", ""))
