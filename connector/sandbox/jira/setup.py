"""A sandbox Jira as a site: how it is set up, who may come in and how it is looked at."""

from datetime import datetime, timedelta
from typing import Any

from connector import time_source
from connector.sandbox.calls import Answer, Request
from connector.sandbox.jira import changes
from connector.sandbox.jira.access import who_sent
from connector.sandbox.jira.defaults import new_site
from connector.sandbox.jira.events import parcels, retry_cloud
from connector.sandbox.jira.instants import to_milliseconds
from connector.sandbox.jira.kinds import CUSTOM
from connector.sandbox.jira.model import Category, Field, Flavour, Named, Project, ProjectType, Right, Status, User
from connector.sandbox.jira.shapes import show_comments, show_fields, show_issue
from connector.sandbox.sandbox import Now, Sandbox
from connector.sandbox.webhooks import Webhook


class JiraSite(Sandbox):
    """A Jira's settings. Instants are shown in `timezone`; `comment_page` cuts the comments shown inside an issue.

    `search_lag` is how long a change takes until the search finds the issue again.
    """

    def __init__(
        self,
        flavour: Flavour = "cloud",
        *,
        timezone: str = "UTC",
        now: Now = time_source.now,
        comment_page: int | None = None,
        basic_auth: bool | None = None,
    ) -> None:
        super().__init__(now, retry_cloud if flavour == "cloud" else None)
        self.flavour = f"jira-{flavour}"
        self.site = new_site(flavour, timezone)
        self.comment_page = comment_page
        self.search_lag = timedelta()
        self.basic_auth = flavour == "cloud" if basic_auth is None else basic_auth

    def serve_at(self, url: str) -> None:
        """Note the address under which the sandbox is reached."""
        super().serve_at(url)
        self.site.url = url

    def who(self, request: Request) -> str:
        """Give the handle of the account that sent this request."""
        return who_sent(self.site, request.headers, basic=self.basic_auth).handle

    def error(self, status: int, sentence: str = "") -> Answer:
        """Give an error in Jira's shape."""
        return Answer(status, {"errorMessages": [sentence] if sentence else [], "errors": {}})

    def webhook(self, url: str, **options: Any) -> Webhook:
        """Register a webhook; options as in `Webhook`."""
        webhook = Webhook(url=url, **options)
        self.webhooks[webhook.name] = webhook
        return webhook

    def happen(self, happening: changes.Happening) -> None:
        """Send what a happening sends."""
        self.emit(happening.by.handle, lambda webhook: parcels(self.site, happening, webhook))

    def at(self, at: datetime | None) -> datetime:
        """Give the instant of an act: the one given, or now."""
        return to_milliseconds(at or self.now())

    def ticket(self, ticket: str) -> dict[str, Any]:
        """Give an issue by id or key as version 2 shows it, with all its comments."""
        with self.lock:
            issue = self.site.issue(ticket)
            comments = show_comments(self.site, issue, "2", None)
            return show_issue(self.site, issue, show_fields(self.site, issue) | {"comment": comments})

    def tickets(self) -> list[str]:
        """Give the ids of all issues."""
        with self.lock:
            return list(self.site.issues)

    def add_user(self, handle: str, **about: Any) -> None:
        """Add a person; arguments as in `User`, each with a default made from the handle."""
        account = f"712020:{handle}"
        defaults = {"account_id": account, "name": handle.capitalize(), "email": f"{handle}@acme.example"}
        self.site.users[handle] = User(handle=handle, **{**defaults, **about})

    def add_project(
        self, key: str, name: str = "", kind: ProjectType = "service_desk", components: tuple[str, ...] = ()
    ) -> None:
        """Add a project; kind is software, service_desk or business."""
        parts = tuple(Named(id=self.site.new_id(), name=part) for part in components)
        project = Project(id=self.site.new_id(), key=key, name=name or key, type=kind, components=parts)
        self.site.projects[key] = project

    def add_field(self, field: str, name: str, kind: str, options: tuple[str, ...] = ()) -> None:
        """Add a custom field by its id; `kind` is one of `kinds.CUSTOM`."""
        if kind not in CUSTOM:
            raise ValueError(f"kind must be one of {', '.join(CUSTOM)}")
        choice = tuple(Named(id=self.site.new_id(), name=option) for option in options)
        self.site.fields[field] = Field(id=field, name=name, kind=kind, options=choice)

    def add_status(self, name: str, category: Category = "indeterminate") -> None:
        """Add a status; category is new, indeterminate or done."""
        self.site.statuses.append(Status(id=self.site.new_id(), name=name, category=category))

    def rename_priority(self, priority: str, name: str) -> None:
        """Rename a priority; its id stays. Issues show the new name at once."""
        renamed = Named(id=priority, name=name)
        self.site.priorities = [renamed if one.id == priority else one for one in self.site.priorities]
        for issue in self.site.issues.values():
            held = issue.values.get("priority")
            issue.values["priority"] = renamed if held and held.id == priority else held

    def off_screen(self, field: str, project: str) -> None:
        """Take a field off a project's edit screen."""
        self.site.projects[project].off_screen.add(field)

    def on_screen(self, field: str, project: str) -> None:
        """Put a field back onto a project's edit screen."""
        self.site.projects[project].off_screen.discard(field)

    def set_rights(self, handle: str, rights: tuple[Right, ...]) -> None:
        """Say what an account may do: browse, edit, silence (notifyUsers=false), admin."""
        self.site.users[handle].rights = frozenset(rights)
