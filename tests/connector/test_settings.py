"""The configuration and the environment: what is taken, and that every fault is named at once without its secret."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from connector.settings import Settings, load_settings
from connector.sites import Auth
from policies.faults import FaultsError

WHOLE = """
policies: ./our-policies
public_url: https://dueby.example/
alerts: ops
sites:
  acme:
    tracker: jira
    url: https://acme.example/
    deployment: cloud
    auth: {user: bot@acme.example, token: "${JIRA_TOKEN}"}
    webhook_secret: ["${JIRA_WEBHOOK_SECRET}", old]
    timezone: Europe/Paris
    language: fr
    write: false
    rate: {per_minute: 300}
    fields: {due_at: customfield_10100, state: customfield_10101, summary: customfield_10102}
  help:
    tracker: zendesk
    url: http://127.0.0.1:9001
    auth: {client_id: dueby, client_secret: x1}
    fields: {due_at: 360001, due_on: "360004"}
"""
SECRETS = {"JIRA_TOKEN": "t0ken-value", "JIRA_WEBHOOK_SECRET": "s3cret-value"}
JIRA = {
    "tracker": "jira",
    "url": "https://acme.example",
    "deployment": "cloud",
    "auth": "{user: bot, token: t}",
}
ZENDESK = {"tracker": "zendesk", "url": "https://help.example", "auth": "{user: bot, token: t}"}


def load(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> Settings:
    (folder / "dueby.yaml").write_text(text, encoding="utf-8")
    return load_settings(environ or {}, folder)


def site(base: Mapping[str, str], **changed: str | None) -> str:
    lines = {**base, **changed}
    return "sites:\n  acme:\n" + "".join(f"    {key}: {value}\n" for key, value in lines.items() if value is not None)


def refusal(folder: Path, text: str, environ: Mapping[str, str] | None = None) -> list[str]:
    with pytest.raises(FaultsError) as caught:
        load(folder, text, environ)
    return [f"{fault.path}: {fault.problem}" for fault in caught.value.faults]


def test_a_whole_configuration_is_taken_with_its_variables(tmp_path: Path) -> None:
    (tmp_path / "our-policies").mkdir()
    settings = load(tmp_path, WHOLE, SECRETS)
    assert settings.config == tmp_path / "dueby.yaml"
    assert settings.policies == tmp_path / "our-policies"
    assert (settings.public_url, settings.alerts) == ("https://dueby.example", "ops")
    acme, help_desk = settings.sites["acme"], settings.sites["help"]
    assert acme.auth == Auth(user="bot@acme.example", token="t0ken-value")
    assert acme.webhook_secrets == ("s3cret-value", "old")
    assert (acme.url, acme.timezone, acme.language) == ("https://acme.example", "Europe/Paris", "fr")
    assert (acme.write, acme.per_minute, acme.deployment) == (False, 300, "cloud")
    assert acme.fields["due_at"] == "customfield_10100"
    assert help_desk.auth == Auth(client_id="dueby", client_secret="x1")
    assert help_desk.fields == {"due_at": "360001", "due_on": "360004"}
    assert (help_desk.webhook_secrets, help_desk.timezone, help_desk.write) == ((), "UTC", True)


def test_without_an_environment_the_defaults_lie_beside_the_configuration(tmp_path: Path) -> None:
    settings = load(tmp_path, "sites: {}")
    assert settings.database_url == f"sqlite:///{tmp_path}/dueby.db"
    assert (settings.redis_url, settings.data) == (None, tmp_path / ".dueby")
    assert (settings.port, settings.bind, settings.workers) == (8000, "127.0.0.1", 4)


def test_the_environment_names_everything_that_may_lie_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "sla.yaml").write_text("sites: {}", encoding="utf-8")
    environ = {
        "DUEBY_CONFIG": "etc/sla.yaml",
        "DATABASE_URL": "postgresql://dueby:pw@db.example/dueby",
        "REDIS_URL": "redis+sentinel://a.example:26379,b.example:26379/primary/0",
        "PORT": "9000",
        "DUEBY_BIND": "0.0.0.0",  # noqa: S104  # the setting under test, nothing listens
        "DUEBY_DATA": "var",
        "DUEBY_WORKERS": "8",
    }
    settings = load_settings(environ, tmp_path)
    assert settings.config == tmp_path / "etc" / "sla.yaml"
    assert settings.database_url == environ["DATABASE_URL"]
    assert settings.redis_url == environ["REDIS_URL"]
    assert (settings.port, settings.bind, settings.workers) == (9000, environ["DUEBY_BIND"], 8)
    assert settings.data == tmp_path / "var"


def test_any_value_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-a-file\n", encoding="utf-8")
    (tmp_path / "port").write_text("8123\n", encoding="utf-8")
    text = site(JIRA, auth='{bearer: "${PAT}"}')
    settings = load(tmp_path, text, {"PAT_FILE": str(tmp_path / "token"), "PORT_FILE": str(tmp_path / "port")})
    assert settings.sites["acme"].auth.bearer == "from-a-file"
    assert settings.port == 8123


def test_an_empty_variable_of_the_environment_counts_as_unset(tmp_path: Path) -> None:
    assert load(tmp_path, "sites: {}", {"PORT": "", "REDIS_URL": ""}).redis_url is None


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann:s@db.example/dueby",
        "postgres://ann:s@db.example/dueby",
        "postgresql+psycopg:///dueby?host=/run",
    ],
)
def test_a_server_of_postgresql_may_be_named_in_each_of_its_spellings(tmp_path: Path, url: str) -> None:
    assert load(tmp_path, "sites: {}", {"DATABASE_URL": url}).database_url == url


def test_the_words_of_yaml_1_1_are_no_booleans_and_a_key_without_value_is_not_given(tmp_path: Path) -> None:
    assert load(tmp_path, site(JIRA, timezone="", fields="", rate="")).sites["acme"].timezone == "UTC"
    assert refusal(tmp_path, site(JIRA, write="yes")) == ["sites.acme.write: is neither true nor false"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("[]", ": is no mapping", id="the document is a list"),
        pytest.param("", ": is no mapping", id="the document is empty"),
        pytest.param("{}", "sites: is missing", id="there are no sites"),
        pytest.param("sites: []", "sites: is no mapping", id="the sites are a list"),
        pytest.param("sites: {}\nx: 1", "x: is an unknown key", id="an unknown key at the top"),
        pytest.param("sites: {}\nsites: {}", "line 2, column 1: the key 'sites' stands twice", id="a key twice"),
        pytest.param("sites: {a/b: {}}", "sites.a/b: does not fit into a URL", id="a name that breaks the URL"),
        pytest.param(
            "sites: {}\npublic_url: http://dueby.example", "public_url: is http:// to another machine", id="o"
        ),
        pytest.param("sites: {}\npolicies: ./none", "policies: './none' is no folder", id="no such folder of policies"),
        pytest.param("sites: {}\nalerts: 3", "alerts: is no text", id="alerts as a number"),
        pytest.param(
            site(JIRA, tracker="trello"),
            "sites.acme.tracker: is no tracker that dueby knows",
            id="a tracker that dueby does not know",
        ),
    ],
)
def test_a_fault_of_the_document_is_named(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("base", "changed", "expected"),
    [
        pytest.param(JIRA, {"url": "http://acme.example"}, "url: is http:// to another machine", id="http elsewhere"),
        pytest.param(JIRA, {"url": "acme.example"}, "url: is no URL", id="no scheme"),
        pytest.param(JIRA, {"url": "https://acme.example:99999"}, "url: is no URL", id="no such port"),
        pytest.param(JIRA, {"url": '"https://acme .example"'}, "url: is no URL", id="a blank in the host"),
        pytest.param(
            JIRA, {"url": "https://u:p@acme.example"}, "url: holds a user or password", id="secrets in the URL"
        ),
        pytest.param(JIRA, {"url": "https://acme.example/?a=b"}, "url: holds a query or fragment", id="a query"),
        pytest.param(JIRA, {"deployment": None}, "deployment: is missing", id="jira without deployment"),
        pytest.param(JIRA, {"deployment": "server"}, "deployment: is none of the words allowed here", id="deployment"),
        pytest.param(ZENDESK, {"deployment": "cloud"}, "deployment: is an unknown key", id="zendesk with deployment"),
        pytest.param(JIRA, {"auth": None}, "auth: is missing", id="no credentials"),
        pytest.param(JIRA, {"auth": "{user: bot}"}, "auth: holds user", id="half of the credentials"),
        pytest.param(JIRA, {"auth": "{bearer: b, user: u}"}, "auth: holds bearer and user", id="two forms at once"),
        pytest.param(ZENDESK, {"auth": "{bearer: b}"}, "auth.bearer: is an unknown key", id="bearer for a zendesk"),
        pytest.param(ZENDESK, {"auth": "{client_id: b}"}, "auth: holds client_id", id="a client without its secret"),
        pytest.param(JIRA, {"auth": "{user: bot, token: 123}"}, "auth.token: is no text", id="a token as a number"),
        pytest.param(JIRA, {"webhook_secret": '""'}, "webhook_secret: is no secret", id="an empty webhook secret"),
        pytest.param(JIRA, {"webhook_secret": "[]"}, "webhook_secret: is no secret", id="no secret in the list"),
        pytest.param(JIRA, {"webhook_secret": "[a, 3]"}, "webhook_secret: is no secret", id="a number among secrets"),
        pytest.param(JIRA, {"timezone": "Paris"}, "timezone: 'Paris' is no time zone", id="an unknown zone"),
        pytest.param(JIRA, {"timezone": "Europe"}, "timezone: 'Europe' is no time zone", id="a folder of zones"),
        pytest.param(JIRA, {"timezone": "../UTC"}, "timezone: '../UTC' is no time zone", id="a zone elsewhere"),
        pytest.param(JIRA, {"language": "de"}, "language: is none of the words allowed here", id="another language"),
        pytest.param(JIRA, {"rate": "{per_minute: 0}"}, "rate.per_minute: is no positive whole number", id="rate 0"),
        pytest.param(
            JIRA, {"rate": "{per_minute: 1.5}"}, "rate.per_minute: is no positive whole number", id="rate 1.5"
        ),
        pytest.param(
            JIRA, {"rate": "{per_minute: true}"}, "rate.per_minute: is no positive whole number", id="rate on"
        ),
        pytest.param(JIRA, {"rate": "300"}, "rate: is no mapping", id="a rate without its unit"),
        pytest.param(JIRA, {"rate": "{}"}, "rate.per_minute: is missing", id="a rate without a number"),
        pytest.param(JIRA, {"fields": "{late: customfield_1}"}, "fields.late: is an unknown key", id="unknown field"),
        pytest.param(
            JIRA, {"fields": "{due_at: 10100}"}, "fields.due_at: is no id of a Jira custom field", id="jira id"
        ),
        pytest.param(
            ZENDESK,
            {"fields": "{state: customfield_1}"},
            "fields.state: is no id of a Zendesk ticket field",
            id="a jira field in a zendesk",
        ),
    ],
)
def test_a_fault_of_a_site_is_named(
    tmp_path: Path, base: Mapping[str, str], changed: Mapping[str, str | None], expected: str
) -> None:
    assert refusal(tmp_path, site(base, **changed)) == [f"sites.acme.{expected}"]


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        pytest.param({"PORT": "0"}, "PORT: '0' is out of range or no whole number", id="port 0"),
        pytest.param({"PORT": "65536"}, "PORT: '65536' is out of range or no whole number", id="port too high"),
        pytest.param({"PORT": "http"}, "PORT: 'http' is out of range or no whole number", id="a port's name"),
        pytest.param({"PORT": "８０"}, "PORT: '８０' is out of range or no whole number", id="full-width digits"),  # noqa: RUF001  # on purpose
        pytest.param({"DUEBY_WORKERS": "0"}, "DUEBY_WORKERS: '0' is out of range or no whole number", id="no slots"),
        pytest.param({"DUEBY_BIND": "a b"}, "DUEBY_BIND: 'a b' is no address", id="an address with a blank"),
        pytest.param({"REDIS_URL": "http://r.example"}, "REDIS_URL: is no Redis URL", id="redis over http"),
        *(
            pytest.param({"REDIS_URL": f"redis+sentinel://{rest}"}, "REDIS_URL: is no Redis URL", id=f"sentinel {what}")
            for what, rest in {
                "without a service": "a.example:26379",
                "with a port that is none": "a.example:x/primary/0",
                "with an empty place": "a.example:26379,/primary/0",
                "with a database that is no number": "a.example/primary/first",
                "with an option that would be ignored": "a.example/primary/0?ssl=true",
            }.items()
        ),
        pytest.param({"REDIS_URL": "redis://r.example:x"}, "REDIS_URL: is no Redis URL", id="redis without a port"),
        pytest.param({"DATABASE_URL": "mysql://d"}, "DATABASE_URL: names the database 'mysql'", id="mysql"),
        pytest.param({"DATABASE_URL": "oracle://d/d"}, "DATABASE_URL: names the database 'oracle'", id="oracle"),
        pytest.param({"DATABASE_URL": "db"}, "DATABASE_URL: is no database URL", id="no database URL"),
        pytest.param(
            {"DATABASE_URL": "sqlite://"},
            "DATABASE_URL: names a database in memory, which processes can't share",
            id="a database in memory",
        ),
        pytest.param(
            {"PORT_FILE": "/none"},
            "PORT: PORT_FILE names /none, which can't be read (No such file or directory)",
            id="a value's file is missing",
        ),
    ],
)
def test_a_fault_of_the_environment_is_named(tmp_path: Path, environ: Mapping[str, str], expected: str) -> None:
    assert refusal(tmp_path, "sites: {}", environ) == [expected]


def test_a_missing_variable_is_named_once_with_its_key_path(tmp_path: Path) -> None:
    text = site(JIRA, url='"${JIRA_URL}"', auth='{user: bot, token: "${JIRA_TOKEN}"}', webhook_secret='["${A}", "${"]')
    assert refusal(tmp_path, text) == [
        "sites.acme.url: the variable JIRA_URL is not set",
        "sites.acme.auth.token: the variable JIRA_TOKEN is not set",
        "sites.acme.webhook_secret.0: the variable A is not set",
        "sites.acme.webhook_secret.1: a ${ is not followed by a variable's name and }",
    ]


def test_all_faults_of_the_file_and_the_environment_come_at_once(tmp_path: Path) -> None:
    faults = refusal(
        tmp_path, site(JIRA, url="x", timezone="y") + "z: 1\npublic_url: q\n", {"PORT": "p", "DUEBY_WORKERS": "-1"}
    )
    assert [fault.split(":")[0] for fault in faults] == [
        "PORT",
        "DUEBY_WORKERS",
        "public_url",
        "sites.acme.url",
        "sites.acme.timezone",
        "z",
    ]


@pytest.mark.parametrize("tracker", ["trello", None, "[jira]"])
def test_a_tracker_that_is_not_known_hides_no_other_fault_of_its_site(tmp_path: Path, tracker: str | None) -> None:
    changed = {"url": "http://acme.example", "timezone": "Paris", "auth": None, "nokey": "1", "rate": "{per_hour: 1}"}
    faults = refusal(tmp_path, site(JIRA, tracker=tracker, **changed))
    assert faults[1:] == [
        "sites.acme.nokey: is an unknown key",
        "sites.acme.auth: is missing",
        "sites.acme.url: is http:// to another machine",
        "sites.acme.timezone: 'Paris' is no time zone",
        "sites.acme.rate.per_minute: is missing",
        "sites.acme.rate.per_hour: is an unknown key",
    ]


def test_a_missing_configuration_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FaultsError) as caught:
        load_settings({}, tmp_path)
    file = tmp_path / "dueby.yaml"
    expected = "expected a configuration there, or DUEBY_CONFIG naming where it is"
    assert str(caught.value) == f"{file}: there is no such file, {expected}"


def test_a_configuration_that_is_no_text_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "dueby.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(FaultsError, match="it is no UTF-8 text"):
        load_settings({}, tmp_path)


def test_no_secret_is_ever_shown(tmp_path: Path) -> None:
    (tmp_path / "our-policies").mkdir()
    environ = {**SECRETS, "DATABASE_URL": "postgresql://u:hidden@h/d", "REDIS_URL": "redis://:hidden@h"}
    shown = repr(load(tmp_path, WHOLE, environ))
    text = site(
        JIRA, auth='{user: bot, bearer: "${JIRA_TOKEN}"}', url='"https://x:${JIRA_WEBHOOK_SECRET}@acme.example"'
    )
    shown += "".join(refusal(tmp_path, text, {**SECRETS, "DATABASE_URL": "x:hidden"}))
    assert not [secret for secret in (*SECRETS.values(), "hidden", "x1") if secret in shown]
