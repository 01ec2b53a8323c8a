"""Every setting of the portal, with its default. Read once at start; nothing else reads the environment.

Each field can be set by the environment variable ``HOMEROOM_<FIELD>``; docs/reference/settings.md describes them all and
a test keeps that page complete.
"""

import json
import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from hub_bridge import environments

PORTAL_PREFIX = "/portal"
"""The portal lives below this path so that its cookie can be limited to it: browsers share cookies between ports."""

_LONGEST_ENVIRONMENT = 60


def templates_folder() -> Path:
    """Where the templates of pages and mails are: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parent
    installed = package / "_templates"
    return installed if installed.is_dir() else package.parent / "templates"


class Settings(BaseSettings):
    """The portal's settings. Frozen: a running process never changes them."""

    model_config = SettingsConfigDict(env_prefix="HOMEROOM_", frozen=True, extra="ignore")

    # Where things are
    state: Path = Field(Path("var"), description="Folder that holds everything the running system writes.")
    database_url: str = Field("", description="SQLAlchemy URL; empty means SQLite in the state folder.")
    broker_url: str = Field("", description="Celery broker URL; empty means the Valkey that `homeroom up` starts.")
    portal_url: str = Field("http://localhost:8000", description="The portal's public origin, without a path.")
    hub_url: str = Field("http://localhost:8001", description="The hub's public origin, without a path.")
    hub_api_url: str = Field("http://127.0.0.1:8002/hub/api", description="The hub's API as the portal reaches it.")
    servers_on_subdomains: bool = Field(
        True, description="Each student's server has a host name of its own (NAME.<hub host>), so its pages are a foreign origin."
    )

    # Secrets (made by `homeroom up` on first start, or set by the operator)
    secret_key: SecretStr = Field(SecretStr(""), description="Signs sessions and links.")
    hub_token: SecretStr = Field(SecretStr(""), description="The portal's API token at the hub.")
    oauth_secret: SecretStr = Field(SecretStr(""), description="OAuth client secret; empty means the hub token.")
    identity_token: SecretStr = Field(SecretStr(""), description="The hub shows this when it asks the portal who somebody is.")

    # Limits
    roster_upload_limit: int = Field(2_000_000, gt=0, description="Largest roster file, bytes.")
    roster_rows_limit: int = Field(5_000, gt=0, description="Most rows in one roster.")
    notebook_upload_limit: int = Field(50_000_000, gt=0, description="Largest upload of assignment files at once, bytes.")
    submission_limit: int = Field(50_000_000, gt=0, description="Largest submission, bytes.")
    submission_files_limit: int = Field(200, gt=0, description="Most files in one submission.")
    hub_batch: int = Field(25, gt=0, le=25, description="Names in one call to the hub; more would block it.")
    spawn_limit: int = Field(
        default_factory=lambda: 2 * (os.cpu_count() or 1),
        gt=0,
        description="Servers that start at once; further ones wait in line. Unset: two for each processor core.",
    )
    page_size: int = Field(50, gt=0, description="Rows on one page of a long list.")

    # Opening notebooks
    interface: Literal["lab", "notebook"] = Field(
        "lab", description="Where notebooks open unless course or person choose: JupyterLab or Jupyter Notebook."
    )
    warm_minutes: int = Field(10, gt=0, le=120, description="Minutes before a class begins that its servers are started.")
    warm_limit: int = Field(40, ge=0, description="Most servers started ahead for one class; 0 starts none.")

    # Where notebooks run
    environments: Annotated[dict[str, str], NoDecode] = Field(
        default_factory=dict, description="Further Pythons that a seminar's notebooks may run in: JSON, path by name."
    )

    # Grading
    grading_jobs: int = Field(2, gt=0, description="Submissions one grading worker runs at once.")
    sandbox: Literal["", "bubblewrap", "landlock"] = Field(
        "", description="Grade in this kind of sandbox or not at all; empty means the best that can be made."
    )
    unsafe_no_sandbox: bool = Field(
        False, description="Run students' code even where no sandbox can be made. It can then do what the worker can."
    )
    job_lease: int = Field(30, gt=0, description="Seconds without a sign of life after which a grade job is sent again.")
    job_tries: int = Field(3, gt=0, description="Times a grade job is sent before it ends as grader_error.")

    # Checks of work that is not handed in yet
    checks_at_most: int = Field(10, gt=0, description="Checks that one person may ask for within ten minutes.")
    check_seconds: int = Field(120, gt=0, description="Most seconds one check may run, where an assignment allows more.")

    # What teachers may set as the limits of an assignment
    most_cell_seconds: int = Field(300, gt=0, description="Most seconds a teacher can allow one cell.")
    most_total_seconds: int = Field(1500, gt=0, le=1500, description="Most seconds a teacher can allow one submission.")
    most_memory_mb: int = Field(4096, gt=0, description="Most megabytes of memory a teacher can allow one submission.")
    most_processes: int = Field(256, gt=0, description="Most processes a teacher can allow one submission.")
    most_disk_mb: int = Field(1000, gt=0, description="Most megabytes on disk a teacher can allow one submission.")
    most_output_mb: int = Field(20, gt=0, description="Most megabytes of output a teacher can allow one submission.")

    # Mail (off while smtp_host is empty)
    smtp_host: str = Field("", description="SMTP server; empty means that no mail is sent.")
    smtp_port: int = Field(25, gt=0, lt=65536, description="SMTP port.")
    smtp_user: str = Field("", description="SMTP user, if the server wants one.")
    smtp_password: SecretStr = Field(SecretStr(""), description="SMTP password.")
    smtp_tls: Literal["none", "starttls", "tls"] = Field("none", description="How the connection is protected.")
    mail_from: str = Field("homeroom@localhost", description="Sender of all mail.")

    digest_hour: int = Field(7, ge=0, lt=24, description="Hour of the day, in each person's zone, at which daily mail goes out.")

    # Seminars
    seminar_guests: int = Field(200, gt=0, description="Most seats a seminar may have.")
    seminar_joins: int = Field(120, gt=0, description="Guests who may join from one network address in ten minutes.")
    trusted_proxies: int = Field(
        0, ge=0, le=10, description="Reverse proxies before the portal that add the visitor's address (X-Forwarded-For)."
    )
    seminar_grace: int = Field(15, ge=0, description="Minutes after a seminar's end until servers stop and homes are put away.")
    seminar_days: int = Field(14, gt=0, description="Days after a seminar's end until guests' work and names are deleted.")
    git_seconds: int = Field(60, gt=0, le=600, description="Longest time that fetching a Git repository may take, seconds.")
    git_private: bool = Field(
        False, description="Fetch Git repositories also from addresses of private networks and of this machine."
    )

    # Invitations
    invitation_days: int = Field(30, gt=0, description="Days an invitation link works.")

    @field_validator("environments", mode="before")
    @classmethod
    def _read_environments(cls, value: object) -> object:
        try:
            read = json.loads(value) if isinstance(value, str) and value.strip() else value or {}
        except ValueError:
            read = None
        if not isinstance(read, dict) or not all(isinstance(path, str) for path in read.values()):
            raise ValueError('Write JSON, the path of a Python by name, like {"Machine learning": "/opt/ml/bin/python"}')
        return read

    @field_validator("environments")
    @classmethod
    def _check_environments(cls, value: dict[str, str]) -> dict[str, str]:
        for name, python in value.items():
            if not name.strip() or name != name.strip() or len(name) > _LONGEST_ENVIRONMENT or not name.isprintable():
                raise ValueError(f"{name[:100]!r} is no name. A name has 1 to {_LONGEST_ENVIRONMENT} letters, digits and signs")
            if name.casefold() == environments.DEFAULT.casefold():
                raise ValueError(f"“{environments.DEFAULT}” is Homeroom's own environment. Choose another name for {python}")
            if not Path(python).is_absolute():
                raise ValueError(f"“{name}” must be the whole path of a Python, from / on, not “{python[:200]}”")
        return value

    @property
    def offered_environments(self) -> list[str]:
        """The names to choose from; the first is Homeroom's own Python."""
        return [environments.DEFAULT, *self.environments]

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        return self.database_url or f"sqlite:///{self.state.resolve() / 'portal.sqlite'}"

    @property
    def broker(self) -> str:
        """The broker URL in force."""
        return self.broker_url or f"redis+socket://{self.state.resolve() / 'run' / 'broker.sock'}"

    @property
    def homes(self) -> Path:
        """Folder of the students' homes."""
        return self.state.resolve() / "homes"

    @property
    def archives(self) -> Path:
        """Where the work of closed seminars' guests is kept."""
        return self.state.resolve() / "archives"

    @property
    def files(self) -> Path:
        """The content store: files named by their sha256."""
        return self.state.resolve() / "files"
