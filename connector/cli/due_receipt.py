"""One due time for people: the answer in a line, then the receipt with the clauses it rests on."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from connector import texts
from connector.cli.due_answer import clause, zone_of
from policies.due import Due
from policies.instants import iso
from policies.receipt import Fact, Value
from policies.schema import Policy
from policies.terms import Case

_WIDTH_IN_A_PIPE = 120
_STYLES = {"due": "bold", "warning": "yellow", "duty": "yellow", "counted": "green", "note": "dim", "strength": "dim"}


def print_receipt(policy: Policy, case: Case, due: Due) -> None:
    """Print an answer on standard output."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDTH_IN_A_PIPE)
    zone = zone_of(due, case)
    console.print(f"[bold]{escape(texts.summary(_summary(policy, case, due), 'en', zone))}[/bold]\n")
    table = Table.grid(padding=(0, 2))
    table.add_column(ratio=3)
    table.add_column(ratio=2, style="dim")
    for fact in due.facts:
        text = escape(texts.render(fact, "en", zone))
        table.add_row(f"[{_STYLES.get(fact.rule, 'none')}]{text}[/]", escape(clause(fact.source) or ""))
    console.print(table)


def _summary(policy: Policy, case: Case, due: Due) -> Fact:
    terms = due.terms
    values: dict[str, Value] = {
        "state": str(due.state),
        "vendor": policy.vendor,
        "plan": policy.plans[case.plan].name,
        "level": terms.level,
        "written": terms.written,
        "due_at": iso(due.due_at) if due.due_at else None,
        "cause": terms.no_promise,
        "detail": terms.no_promise_detail,
    }
    return Fact("summary", {name: value for name, value in values.items() if value is not None})
