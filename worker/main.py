"""The command `dueby`: the connector's commands, and `run` with the processes that it starts."""

import sys

import click

from connector.cli.lazy import LazyCommand
from connector.cli.main import commands as connector_commands

_COMMANDS: tuple[click.Command, ...] = (
    LazyCommand("run", "worker.commands", "run", "Run everything, with a Valkey of its own where REDIS_URL is unset."),
    LazyCommand("demo", "worker.demo.command", "demo", "Show it all on loopback, with three sandbox trackers."),
    *connector_commands,
    LazyCommand("web", "worker.commands", "web", "Receive webhooks (a part of run)."),
    LazyCommand("worker", "worker.commands", "worker", "Sync tickets (a part of run)."),
    LazyCommand("notifier", "worker.commands", "notifier", "Send notices, from SQL alone (a part of run)."),
    LazyCommand("timekeeper", "worker.commands", "timekeeper", "Queue what is due (a part of run)."),
)


class _InOrder(click.Group):
    """A group that lists its commands in the order in which they were given."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """Give the names as they were added."""
        return list(self.commands)


@click.group(cls=_InOrder, commands=_COMMANDS)
def cli() -> None:
    """When is the vendor's answer due? dueby writes it into the Jira or Zendesk ticket.

    \b
    Example:
      dueby due --policy okta-premier-success --plan gold --level 1 --start 2026-11-23T14:00:00Z
    """  # noqa: D301  # \b is click's mark for lines that stay as they are


def main() -> None:
    """Run `dueby`; a wrong use ends with one line on standard error and exit status 2."""
    try:
        sys.exit(cli(prog_name="dueby", standalone_mode=False))
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(error.exit_code)
    except click.UsageError as error:
        hint = f" (see {error.ctx.command_path} --help)" if error.ctx else ""
        click.echo(f"{' '.join(error.format_message().split())}{hint}", err=True)
        sys.exit(error.exit_code)
    except click.ClickException as error:
        click.echo(" ".join(error.format_message().split()), err=True)
        sys.exit(error.exit_code)
    except click.Abort:
        sys.exit(1)


if __name__ == "__main__":
    main()
