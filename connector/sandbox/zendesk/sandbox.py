"""The sandbox Zendesk: what people do there, for tests, the demo and, through /_sandbox/acts, for other processes."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from connector.sandbox.calls import Route
from connector.sandbox.zendesk import changes, filing
from connector.sandbox.zendesk.loose import Fields, custom_values, held_values
from connector.sandbox.zendesk.model import Comment, Ticket
from connector.sandbox.zendesk.routes import zendesk_routes
from connector.sandbox.zendesk.setup import ZendeskSite


class ZendeskSandbox(ZendeskSite):
    """A Zendesk on loopback with people in it.

    Fields given to `create` and `change` are priority, status, custom_status (its label), type, subject, tags,
    requester and assignee (handles), group, brand, form, organization (names), and custom fields by id; a drop-down
    takes its option's name or tag.
    """

    acts: ClassVar[tuple[str, ...]] = (
        *("create", "change", "comment", "edit_comment", "merge", "delete", "expire_tokens"),
        *("add_user", "add_field", "add_group", "add_brand", "add_form", "add_organization", "add_status"),
        *("off_form", "deactivate_field", "set_role"),
    )

    def routes(self) -> Iterable[Route]:
        """Give the endpoints."""
        return zendesk_routes(self)

    def create(  # noqa: PLR0913  # an act has a person, an instant and its own words
        self,
        *,
        subject: str = "A question",
        description: str = "It does not work.",
        by: str = "carol",
        requester: str | None = None,
        public: bool = True,
        at: datetime | None = None,
        fields: Fields | None = None,
    ) -> str:
        """File a ticket, at `at` where given; return its id. Without a priority in `fields` it has none."""
        site = self.site
        with self.lock:
            wanted = self._save({**(fields or {}), "subject": subject}, by, at, comment=(description, public))
            ticket, audit = filing.create(site, wanted, site.users[requester or by])
            self.happen(ticket, audit)
            return str(ticket.id)

    def change(self, ticket: str, *, fields: Fields, by: str = "alice", at: datetime | None = None) -> None:
        """Change attributes and custom fields of a ticket in one save."""
        with self.lock:
            self._apply(self.site.ticket(ticket), self._save(fields, by, at))

    def comment(
        self, ticket: str, text: str = "Hello", *, by: str = "alice", public: bool = True, at: datetime | None = None
    ) -> str:
        """Comment on a ticket; return the comment's id. A requester's comment reopens a waiting or solved one."""
        with self.lock:
            found = self.site.ticket(ticket)
            known = {comment.id for comment in found.comments}
            self._apply(found, self._save({}, by, at, comment=(text, public)))
            return next(str(comment.id) for comment in found.comments if comment.id not in known)

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
        """Redact a comment to another text, or make it private; Zendesk has no way back to public."""
        with self.lock:
            found = self.site.ticket(ticket)
            edited = self.find_comment(found, comment)
            if public and not edited.public:
                raise ValueError("Zendesk cannot make a private comment public")
            edited.body = edited.body if text is None else text
            if public is False:
                self.happen(found, filing.make_private(self.site, found, edited, self.site.users[by], self.at(at)))

    def find_comment(self, ticket: Ticket, comment: int | str) -> Comment:
        """Find a comment of a ticket; KeyError where there is none."""
        for one in ticket.comments:
            if one.id == int(comment):
                return one
        raise KeyError(comment)

    def merge(self, ticket: str, into: str, *, by: str = "alice", at: datetime | None = None) -> None:
        """Merge a ticket into another: it is closed with the tag closed_by_merge."""
        with self.lock:
            source, target = self.site.ticket(ticket), self.site.ticket(into)
            note = f"This request was closed and merged into request #{target.id}."
            tags = [*source.held["tags"], "closed_by_merge"]
            wanted = self._save({"status": "closed", "tags": tags}, by, at, comment=(note, False))
            audit = changes.save(self.site, source, _merged(wanted))
            audit.merged_into = target.id
            self.happen(source, audit)
            told = f"Request #{source.id} was closed and merged into this request."
            self._apply(target, self._save({}, by, at, comment=(told, False)))

    def delete(self, ticket: str, *, by: str = "alice", at: datetime | None = None) -> None:
        """Delete a ticket (softly, as agents do)."""
        with self.lock:
            found = self.site.ticket(ticket)
            audit = changes.save(self.site, found, self._save({}, by, at))
            found.deleted = True
            changes.keep(found, audit)
            self.happen(found, audit)

    def _apply(self, ticket: Ticket, wanted: changes.Save) -> None:
        self.happen(ticket, changes.save(self.site, ticket, wanted))

    def _save(
        self, fields: Fields, by: str, at: datetime | None, comment: tuple[str, bool] | None = None
    ) -> changes.Save:
        return changes.Save(
            by=self.site.users[by],
            at=self.at(at),
            held=held_values(self.site, fields),
            custom=custom_values(self.site, fields),
            tags=fields.get("tags"),
            comment=comment,
            channel="web",
        )


def _merged(wanted: changes.Save) -> changes.Save:
    return changes.Save(**{**vars(wanted), "channel": "system", "rel": "merge"})
