"""The settings of one process: dueby.yaml and the environment, whole, or refused with every fault at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from connector.config.environment import Environment
from connector.config.refusals import faults_of
from connector.config.schema import Document, JiraSite, ZendeskSite
from connector.config.variables import fill
from connector.sites import Auth, Site
from policies.faults import Fault, FaultsError
from policies.yaml12 import read_yaml


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the configuration says; paths are absolute, `redis_url` None means an embedded server."""

    config: Path
    policies: Path | None
    public_url: str | None
    alerts: str | None
    sites: Mapping[str, Site]
    database_url: str = field(repr=False)
    redis_url: str | None = field(repr=False)
    data: Path
    port: int
    bind: str
    workers: int


def load_settings(environ: Mapping[str, str], cwd: Path) -> Settings:
    """Read the environment and the configuration that it names, relative to `cwd`.

    Raises FaultsError with all faults of both; no fault holds a secret.
    """
    environment = Environment(environ, cwd, [])
    config = environment.path("DUEBY_CONFIG", Path(cwd, "dueby.yaml").absolute())
    beside = config.parent
    document, faults = _document(config, environ)
    data = environment.path("DUEBY_DATA", beside / ".dueby")
    database_url, redis_url = environment.database_url(beside / "dueby.db"), environment.redis_url()
    port, bind, workers = environment.port(), environment.bind(), environment.slots()
    if document is None or environment.faults:
        raise FaultsError([*environment.faults, *faults])
    return Settings(
        config=config,
        policies=Path(beside, document.policies).absolute() if document.policies else None,
        public_url=document.public_url,
        alerts=document.alerts,
        sites={name: _site(name, site) for name, site in document.sites.items()},
        database_url=database_url,
        redis_url=redis_url,
        data=data,
        port=port,
        bind=bind,
        workers=workers,
    )


def _document(config: Path, environ: Mapping[str, str]) -> tuple[Document | None, list[Fault]]:
    file = str(config)
    try:
        parsed, missing = fill(read_yaml(config.read_text(encoding="utf-8"), file), environ, file)
    except FaultsError as error:
        return None, list(error.faults)
    except (OSError, ValueError) as error:
        return None, [_unreadable(file, error)]
    document, faults = _checked(parsed, config)
    unset = {re.sub(r"\.[0-9]+\Z", "", fault.path) for fault in missing}  # one of a list spoils the list
    found = missing + [fault for fault in faults if fault.path not in unset]
    return (None, found) if found else (document, [])


def _checked(parsed: Any, config: Path) -> tuple[Document | None, list[Fault]]:
    faults = _folder_faults(parsed, config)
    try:
        return Document.model_validate(parsed), faults
    except ValidationError as error:
        return None, faults + faults_of(error, parsed, str(config))


def _folder_faults(parsed: Any, config: Path) -> list[Fault]:
    folder = parsed.get("policies") if isinstance(parsed, dict) else None
    if not isinstance(folder, str) or not folder or Path(config.parent, folder).is_dir():
        return []
    return [Fault(str(config), "policies", f"{folder!r} is no folder", "a folder of policy files")]


def _unreadable(file: str, error: OSError | ValueError) -> Fault:
    if isinstance(error, FileNotFoundError):
        return Fault(file, "", "there is no such file", "a configuration there, or DUEBY_CONFIG naming where it is")
    why = error.strerror if isinstance(error, OSError) else "it is no UTF-8 text"
    return Fault(file, "", f"can't be read ({why})", "a readable text file")


def _site(name: str, site: JiraSite | ZendeskSite) -> Site:
    return Site(
        name=name,
        tracker=site.tracker,
        url=site.url,
        deployment=site.deployment if isinstance(site, JiraSite) else "cloud",
        auth=Auth(**site.auth.model_dump(exclude_none=True)),
        webhook_secrets=site.webhook_secret,
        timezone=site.timezone,
        language=site.language,
        write=site.write,
        per_minute=site.rate.per_minute if site.rate else None,
        fields=site.fields.model_dump(exclude_none=True),
    )
