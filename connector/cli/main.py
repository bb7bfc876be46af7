"""The commands of this floor, in the order in which `dueby --help` lists them; worker/ adds run and demo."""

import click

from connector.cli.lazy import LazyCommand

commands: tuple[click.Command, ...] = (
    LazyCommand("policies", "connector.cli.policies", "policies", "List, show and lint the vendors' policies."),
    LazyCommand("due", "connector.cli.due", "due", "Work out one due time, or many as JSON lines."),
    LazyCommand("mappings", "connector.cli.mappings", "mappings", "Apply, export, list and explain mappings."),
    LazyCommand("sites", "connector.cli.sites", "sites", "Check sites, and create dueby's fields on them."),
    LazyCommand("sync", "connector.cli.sync", "sync", "Put one ticket on the agenda now."),
    LazyCommand("reconcile", "connector.cli.reconcile", "reconcile", "Walk tickets that changed since the last walk."),
    LazyCommand("channels", "connector.cli.channels", "channels", "Try the channels that notices go through."),
    LazyCommand("failures", "connector.cli.failures", "failures", "List and retry what gave up."),
    LazyCommand("db", "connector.cli.db", "db", "Migrate the database."),
)
