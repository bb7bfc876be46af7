"""Commands that are loaded when they are called, so that `dueby --help` and `dueby due` start fast."""

from importlib import import_module
from typing import Any

import click


class LazyCommand(click.Command):
    """Stands for a command in another module, known by its name and one line of help."""

    def __init__(self, name: str, module: str, attribute: str, short_help: str) -> None:
        super().__init__(name, short_help=short_help, help=short_help)
        self._module, self._attribute = module, attribute

    def load(self) -> click.Command:
        """Import the real command."""
        command: click.Command = getattr(import_module(self._module), self._attribute)
        return command

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        """Hand over to the real command; click goes on with the context's own command."""
        return self.load().make_context(info_name, args, parent=parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the real command where this one was called by itself."""
        return ctx.command.invoke(ctx)
