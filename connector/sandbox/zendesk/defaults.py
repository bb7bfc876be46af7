"""What a new sandbox Zendesk holds before anybody adds to it."""

from connector.sandbox.zendesk.model import CustomStatus, Named, Site, StatusName, TicketField, User

TOKEN = "sandbox-token"  # noqa: S105  # the sandbox's own, good for nothing else
CLIENT = "dueby"
SECRET = "sandbox-secret"  # noqa: S105  # the same

STATES = ("running", "breached", "met", "paused", "not_filed", "no_promise", "closed", "unmapped")
CATEGORIES: tuple[tuple[int, str, StatusName], ...] = (
    (6640210, "New", "new"),
    (6640211, "Open", "open"),
    (6640212, "Pending", "pending"),
    (6640213, "On-hold", "hold"),
    (6640214, "Solved", "solved"),
)


def _drop_down(field: int, title: str, prefix: str, *names: str) -> TicketField:
    options = tuple((name, f"{prefix}{name.lower()}") for name in names)
    return TicketField(id=field, title=title, type="tagger", options=options)


def _fields() -> list[TicketField]:
    iso = r"\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)\z"
    return [
        TicketField(id=360001, title="Vendor answer due", type="regexp", pattern=iso),
        _drop_down(360002, "Vendor answer state", "dueby_", *STATES),
        TicketField(id=360003, title="Vendor answer summary", type="text"),
        TicketField(id=360004, title="Vendor answer due on", type="date"),
        TicketField(id=360005, title="Vendor answer state (text)", type="text"),
        TicketField(id=360010, title="Filed with vendor", type="text"),
        _drop_down(360011, "Vendor plan", "plan_", "Gold", "Silver", "Basic"),
        TicketField(id=360012, title="Vendor answered", type="regexp"),
        _drop_down(360013, "Vendor severity", "severity_", "1", "2", "3", "4"),
        _drop_down(360014, "Environment", "env_", "Live", "Staging", "Production"),
        TicketField(id=360015, title="Customer reachable", type="checkbox", tag="reachable"),
        TicketField(id=360016, title="Seats", type="integer"),
        TicketField(id=360017, title="Customer region", type="text"),
        TicketField(id=360018, title="Customer time zone", type="text"),
        TicketField(
            id=360019,
            title="Technology",
            type="multiselect",
            options=(("dotnet", "tech_dotnet"), ("mssql", "tech_mssql"), ("java", "tech_java")),
        ),
        TicketField(id=360020, title="Vendor case", type="text"),
    ]


def _users() -> list[User]:
    first, acme = 8447388090490, 8447346622462
    return [
        User(handle="bot", id=first, name="dueby", email="bot@acme.example", role="admin", token=TOKEN),
        User(handle="alice", id=first + 1, name="Alice Agent", email="alice@acme.example"),
        User(handle="bob", id=first + 2, name="Bob Agent", email="bob@acme.example", timezone="Asia/Tokyo"),
        User(handle="vendor", id=first + 3, name="Vendor Support", email="support@okta.example"),
        User(
            handle="carol",
            id=first + 4,
            name="Carol Customer",
            email="carol@customer.example",
            role="end-user",
            timezone="America/New_York",
            organization_id=acme,
        ),
    ]


def new_site() -> Site:
    """Make a site with people, groups and the fields that dueby's example configuration names."""
    site = Site()
    site.users = {user.handle: user for user in _users()}
    site.groups = [Named(id=8447320466430, name="Support"), Named(id=8447320466431, name="Vendor desk")]
    site.organizations = [
        Named(id=8447346622462, name="Acme", domains=("customer.example",)),
        Named(id=8447346622463, name="Globe"),
    ]
    site.brands = [Named(id=8447346621310, name="Acme Help"), Named(id=8447346621311, name="Acme Cloud")]
    site.forms = [Named(id=8646151517822, name="Default form"), Named(id=8646151517823, name="Vendor case")]
    site.statuses = [CustomStatus(id=one, label=label, category=kind, default=True) for one, label, kind in CATEGORIES]
    site.statuses.append(CustomStatus(id=6640220, label="Waiting for vendor", category="hold"))
    site.statuses.append(CustomStatus(id=6640221, label="Vendor replied", category="open"))
    site.fields = {field.id: field for field in _fields()}
    site.clients = {CLIENT: (SECRET, "bot")}
    return site
