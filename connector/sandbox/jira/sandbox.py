"""The sandbox Jira: what people do there, for tests, the demo and, through /_sandbox/acts, for other processes."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from connector.sandbox.calls import Route
from connector.sandbox.jira import changes
from connector.sandbox.jira.issues import Comment, Issue
from connector.sandbox.jira.loose import loose, named
from connector.sandbox.jira.routes import jira_routes
from connector.sandbox.jira.setup import JiraSite

Fields = Mapping[str, Any]


class JiraSandbox(JiraSite):
    """A Jira on loopback with people in it.

    Field values given to `create` and `change` are as people write them: names of priorities, statuses, options and
    components, handles of users, datetimes or ISO texts.
    """

    acts: ClassVar[tuple[str, ...]] = (
        *("create", "change", "comment", "edit_comment", "delete_comment", "move", "delete"),
        *("off_screen", "on_screen", "add_user", "add_project", "add_field", "add_status"),
        *("rename_priority", "set_rights"),
    )

    def routes(self) -> Iterable[Route]:
        """Give the endpoints of this flavour."""
        return jira_routes(self)

    def create(  # noqa: PLR0913  # an act has a person, an instant and its own words
        self,
        *,
        project: str = "SUP",
        summary: str = "A question",
        by: str = "carol",
        reporter: str | None = None,
        at: datetime | None = None,
        fields: Fields | None = None,
    ) -> str:
        """File an issue, at `at` where given; return its id. Without a priority in `fields` it is Medium."""
        site, user = self.site, self.site.users[by]
        with self.lock:
            chosen = {"issuetype": "Service Request", "priority": "Medium", **(fields or {}), "summary": summary}
            status = chosen.pop("status", None)
            stand_in = Issue(
                id="", key="", project=site.projects[project], creator=user,
                created_at=self.at(at), updated_at=self.at(at), status_category_at=self.at(at),
            )  # fmt: skip
            values = {name: loose(site, stand_in, site.fields[name], value) for name, value in chosen.items()}
            values["reporter"] = site.users[reporter or by]
            if status:
                values["status"] = named(site.statuses, status)
            happening = changes.create(site, site.projects[project], values, user, self.at(at))
            self.happen(happening)
            return happening.issue.id

    def change(self, ticket: str, *, fields: Fields, by: str = "alice", at: datetime | None = None) -> None:
        """Change fields of an issue, `status` among them, in one go."""
        site, user = self.site, self.site.users[by]
        with self.lock:
            issue = site.issue(ticket)
            wanted = dict(fields)
            status = wanted.pop("status", None)
            values = {name: loose(site, issue, site.fields[name], value) for name, value in wanted.items()}
            if values:
                self.happen(changes.set_values(site, issue, values, user, self.at(at)))
            if status:
                self.happen(changes.set_status(site, issue, named(site.statuses, status), user, self.at(at)))

    def comment(  # noqa: PLR0913  # an act has a person, an instant and its own words
        self,
        ticket: str,
        text: str = "Hello",
        *,
        by: str = "alice",
        public: bool = True,
        role: str | None = None,
        at: datetime | None = None,
    ) -> str:
        """Comment on an issue; return the comment's id. `role` limits who sees it."""
        with self.lock:
            issue, user, when = self.site.issue(ticket), self.site.users[by], self.at(at)
            comment = Comment(
                id=self.site.new_id(), author=user, text=text, created_at=when, updated_at=when, updated_by=user,
                internal=not public, internal_set=not public, role=role,
            )  # fmt: skip
            self.happen(changes.add_comment(issue, comment))
            return comment.id

    def find_comment(self, issue: Issue, comment: str) -> Comment:
        """Find a comment of an issue; KeyError where there is none."""
        for one in issue.comments:
            if one.id == comment:
                return one
        raise KeyError(comment)

    def edit_comment(  # noqa: PLR0913  # an act has a person, an instant and its own words
        self,
        ticket: str,
        comment: str,
        *,
        text: str | None = None,
        public: bool | None = None,
        by: str = "alice",
        at: datetime | None = None,
    ) -> None:
        """Edit a comment: another text, or made public or internal."""
        with self.lock:
            issue = self.site.issue(ticket)
            found = self.find_comment(issue, comment)
            if public is not None:
                found.internal, found.internal_set = not public, True
            self.happen(changes.edit_comment(issue, found, self.site.users[by], self.at(at), text))

    def delete_comment(self, ticket: str, comment: str, *, by: str = "alice", at: datetime | None = None) -> None:
        """Delete a comment."""
        with self.lock:
            issue = self.site.issue(ticket)
            found = self.find_comment(issue, comment)
            self.happen(changes.delete_comment(issue, found, self.site.users[by], self.at(at)))

    def move(self, ticket: str, project: str, *, by: str = "alice", at: datetime | None = None) -> str:
        """Move an issue to another project; return its new key."""
        with self.lock:
            issue, to = self.site.issue(ticket), self.site.projects[project]
            self.happen(changes.move(self.site, issue, to, self.site.users[by], self.at(at)))
            return issue.key

    def delete(self, ticket: str, *, by: str = "alice", at: datetime | None = None) -> None:
        """Delete an issue."""
        with self.lock:
            issue = self.site.issue(ticket)
            self.happen(changes.delete(self.site, issue, self.site.users[by], self.at(at)))
