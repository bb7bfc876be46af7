"""Serves one sandbox as a process of its own: `python -m connector.sandbox --flavour jira-cloud --port 8081`."""

import signal
import threading

import click

from connector.sandbox.jira.sandbox import JiraSandbox
from connector.sandbox.sandbox import Sandbox
from connector.sandbox.server import serve
from connector.sandbox.zendesk.sandbox import ZendeskSandbox

FLAVOURS = ("jira-cloud", "jira-datacenter", "zendesk")


def open_sandbox(flavour: str, timezone: str = "UTC") -> Sandbox:
    """Make a sandbox of one of `FLAVOURS`."""
    if flavour == "zendesk":
        return ZendeskSandbox()
    return JiraSandbox("cloud" if flavour == "jira-cloud" else "datacenter", timezone=timezone)


@click.command()
@click.option("--flavour", type=click.Choice(FLAVOURS), required=True)
@click.option("--port", default=0, help="Port on 127.0.0.1; 0 takes a free one.")
@click.option("--timezone", default="UTC", help="Zone in which a Jira shows instants.")
@click.option("--webhook", help="Where to send webhooks.")
@click.option("--secret", help="The webhooks' secret.")
def main(flavour: str, port: int, timezone: str, webhook: str | None, secret: str | None) -> None:
    """Serve one sandbox tracker until interrupted; prints its address."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    signal.signal(signal.SIGINT, lambda *_: ended.set())
    with serve(open_sandbox(flavour, timezone), port) as sandbox:
        if webhook:
            sandbox.webhook(webhook, secret=secret)
        click.echo(sandbox.url)
        ended.wait()


if __name__ == "__main__":
    main()
