"""What a new sandbox Jira holds before anybody adds to it."""

from connector.sandbox.jira.issues import Site
from connector.sandbox.jira.model import Field, Flavour, Named, Project, Status, User

TOKEN = "sandbox-token"  # noqa: S105  # the sandbox's own, good for nothing else
BEARER = "sandbox-pat"

STATUSES = (
    Status(id="1", name="To Do", category="new"),
    Status(id="3", name="In Progress"),
    Status(id="10", name="Waiting for support"),
    Status(id="11", name="Waiting for customer"),
    Status(id="12", name="Vendor replied"),
    Status(id="5", name="Done", category="done"),
)
PRIORITIES = ("Highest", "High", "Medium", "Low", "Lowest")
STATES = ("running", "breached", "met", "paused", "not_filed", "no_promise", "closed", "unmapped")


def _options(first: int, *names: str) -> tuple[Named, ...]:
    return tuple(Named(id=str(first + place), name=name) for place, name in enumerate(names))


def _field(number: int, name: str, kind: str, options: tuple[Named, ...] = ()) -> Field:
    return Field(id=f"customfield_{number}", name=name, kind=kind, options=options)


def _fields() -> list[Field]:
    system = ("summary", "description", "labels", "duedate", "assignee", "reporter", "priority", "issuetype")
    return [
        *(Field(id=name, name=name.capitalize(), kind=name) for name in (*system, "components")),
        _field(10002, "Organizations", "sd-customer-organizations", _options(1, "Acme", "Globe")),
        _field(10010, "Request Type", "vp-origin", _options(21, "Get help", "Report a fault")),
        _field(10071, "Environment", "select", _options(20100, "Live", "Staging", "production")),
        _field(10072, "Customer region", "textfield"),
        _field(10073, "Technology", "multiselect", _options(20120, "dotnet", "mssql", "java")),
        _field(10074, "Customer time zone", "textfield"),
        _field(10090, "Filed with vendor", "datetime"),
        _field(10091, "Vendor plan", "select", _options(20140, "Gold", "Silver", "Basic")),
        _field(10092, "Vendor answered", "datetime"),
        _field(10093, "Vendor severity", "select", _options(20160, "1", "2", "3", "4")),
        _field(10094, "Vendor case", "textfield"),
        _field(10100, "Vendor answer due", "datetime"),
        _field(10101, "Vendor answer state", "readonlyfield"),
        _field(10102, "Vendor answer summary", "readonlyfield"),
        _field(10103, "Vendor answer due on", "datepicker"),
        _field(10104, "Vendor answer state (select)", "select", _options(20200, *STATES)),
        _field(10105, "Story points", "float"),
    ]


def _users(flavour: Flavour) -> list[User]:
    bot = User(handle="bot", account_id="712020:bot", name="dueby", email="bot@acme.example", token=TOKEN)
    bot.bearer = BEARER if flavour == "datacenter" else None
    return [
        bot,
        User(handle="alice", account_id="712020:alice", name="Alice Agent", email="alice@acme.example"),
        User(handle="bob", account_id="712020:bob", name="Bob Agent", email="bob@acme.example", timezone="Asia/Tokyo"),
        User(handle="vendor", account_id="712020:vendor", name="Vendor Support", email="support@okta.example"),
        User(
            handle="carol",
            account_id="qm:5a82b573-3fb7-472b-9ecc-5ab90388d8be:carol",
            name="Carol Customer",
            email="carol@customer.example",
            account_type="customer",
            timezone="America/New_York",
        ),
        User(
            handle="robot",
            account_id="557058:robot",
            name="Automation for Jira",
            email="robot@acme.example",
            account_type="app",
        ),
    ]


def new_site(flavour: Flavour, timezone: str) -> Site:
    """Make a site with people, two projects and the fields that dueby's example configuration names."""
    site = Site(flavour=flavour, timezone=timezone)
    site.users = {user.handle: user for user in _users(flavour)}
    site.statuses = list(STATUSES)
    site.priorities = list(_options(1, *PRIORITIES))
    site.issue_types = list(_options(10001, "Task", "Bug", "Service Request"))
    site.fields = {field.id: field for field in _fields()}
    site.projects = {
        "SUP": Project(
            id="10001", key="SUP", name="Support", type="service_desk", components=_options(10301, "Login", "Billing")
        ),
        "DEV": Project(id="10002", key="DEV", name="Development", components=_options(10311, "Web")),
    }
    return site
