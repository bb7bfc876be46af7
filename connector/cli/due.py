"""`dueby due`: one due time with its receipt, or one a line; needs no configuration, database or Redis."""

import gc
import sys
from collections.abc import Iterable
from typing import Any

import click

from connector.cli.due_answer import as_json, error_json
from connector.cli.due_asked import asked, asked_in_json
from policies.due import due_time
from policies.errors import CaseError

_REQUIRED = ("policy", "plan", "start")
_FEWER = 50_000  # compiled calendars are many objects that stay: walking them again and again takes a fifth of the time


@click.command(short_help="Work out one due time, or many as JSON lines.")
@click.option("--policy", metavar="ID|FILE", help="A shipped policy's id, or a policy file (.yaml).")
@click.option("--plan", metavar="PLAN", help="The plan bought.")
@click.option("--level", type=int, metavar="N", help="The vendor's level, 1 the most urgent.")
@click.option("--metric", metavar="NAME", help="What is timed; first_response where left out.")
@click.option("--start", metavar="ISO", help="When the case is submitted, with its UTC offset.")
@click.option("--timezone", metavar="ZONE", help="The customer's IANA zone, where the calendar uses it.")
@click.option("--region", metavar="REGION", help="The customer's region, where the policy tells regions apart.")
@click.option("--holidays", metavar="CC", help="The customer's holidays: FR, US-CA, XECB or none.")
@click.option("--attribute", "attributes", multiple=True, metavar="K=V", help="An attribute of the case; repeatable.")
@click.option("--reading", "readings", multiple=True, metavar="NAME", help="A reading to choose; repeatable.")
@click.option("--json", "json_out", is_flag=True, help="Answer as one JSON object.")
@click.option("--jsonl", is_flag=True, help="Read one JSON object a line, answer one a line, in order.")
def due(*, json_out: bool, jsonl: bool, **given: Any) -> None:
    """Work out when the vendor's answer is due, and why.

    \b
    Example:
      dueby due --policy okta-premier-success --plan basic --level 2 \\
        --start 2026-07-31T18:00-04:00 --timezone America/New_York
      echo '{"policy": "cloudtalk", "plan": "advanced", "level": 1,
        "start": "2026-12-25T12:00+01:00"}' | tr -d '\\n' | dueby due --jsonl
    """  # noqa: D301  # \b is click's mark for lines that stay as they are
    if jsonl:
        if json_out or any(given.values()):
            raise click.UsageError("--jsonl takes every value from standard input: give no other option with it")
        sys.exit(_answer_lines(sys.stdin.buffer))
    _answer_one(_values(given), json_out=json_out)


def _values(given: dict[str, Any]) -> dict[str, Any]:
    for name in _REQUIRED:
        if not given[name]:
            raise click.UsageError(f"--{name} is missing: give --policy, --plan and --start, or --jsonl")
    attributes: dict[str, list[str]] = {}
    for written in given["attributes"]:
        name, equals, value = written.partition("=")
        if not (name and equals):
            raise click.UsageError(f"--attribute {written!r} is no K=V: write it like environment=staging")
        attributes.setdefault(name, []).append(value)
    return {**given, "attributes": attributes, "readings": list(given["readings"])}


def _answer_one(values: dict[str, Any], *, json_out: bool) -> None:
    try:
        question = asked(values)
        answer = due_time(question.policy, question.case, question.start)
    except CaseError as error:
        click.echo(" ".join(error.sentence.encode("utf-8", "replace").decode().split()), err=True)
        sys.exit(1)
    if json_out:
        click.echo(as_json(answer, question.case))
        return
    from connector.cli.due_receipt import print_receipt  # noqa: PLC0415  # JSON needs no rich, and starts faster

    print_receipt(question.policy.at(question.start), question.case, answer)


def _answer_lines(lines: Iterable[bytes]) -> int:
    gc.set_threshold(_FEWER)
    failed = False
    for line in lines:
        try:
            answer = _answered(line)
        except CaseError as error:
            answer, failed = error_json(error.sentence), True
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()
    gc.freeze()  # what stays until the end needs no last search for garbage
    return int(failed)


def _answered(line: bytes) -> str:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        raise CaseError("bad_utf8", "the line is no UTF-8: write JSON as UTF-8") from None
    question = asked_in_json(text)
    return as_json(due_time(question.policy, question.case, question.start), question.case)
