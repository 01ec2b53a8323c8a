"""Mail over SMTP. What is in a mail, an invitation link above all, never reaches a log."""

import smtplib
import ssl
from contextlib import suppress
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from functools import cache
from types import TracebackType
from typing import Any, Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from classroom.config import Settings, templates_folder
from classroom.errors import HomeroomError, Unavailable

_TIMEOUT = 20


class MailRefused(HomeroomError):
    """This one mail cannot be delivered; others can."""


class Mailer:
    """A connection to the mail server of ``settings``: ``with Mailer(settings) as mailer: mailer.send(message)``.

    Entering raises Unavailable when the server cannot be reached or does not let us in.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        try:
            self._server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(f"The mail server does not take our mail now ({type(error).__name__}).") from error
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._server is not None:
            with suppress(OSError):  # SMTPException is one, too; what was accepted is accepted
                self._server.quit()
            self._server.close()

    def send(self, message: EmailMessage) -> None:
        """Hand one mail over. Raises MailRefused about this mail, Unavailable about the server."""
        if self._server is None:
            raise RuntimeError("enter the mailer before sending")
        try:
            self._server.send_message(message)
        except smtplib.SMTPServerDisconnected as error:
            raise Unavailable("The mail server closed the connection.") from error
        except smtplib.SMTPException as error:
            raise MailRefused("The mail server refused this mail.") from error
        except OSError as error:
            raise Unavailable("The mail server does not answer any more.") from error
        except MessageError as error:
            raise MailRefused("This is no address that mail can be sent to.") from error

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        if settings.smtp_tls == "tls":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT, context=context)
        else:
            server = smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=_TIMEOUT)
        if settings.smtp_tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        return server


def write(template: str, *, sender: str, to: tuple[str, str], subject: str, **facts: Any) -> EmailMessage:
    """A mail from templates/email/<template>.txt and .html to ``(name, address)``. Raises MailRefused about the address."""
    message = EmailMessage()
    name, address = to
    try:
        message["To"] = Address(_one_line(name), addr_spec=address)
    except (ValueError, IndexError, MessageError) as error:
        raise MailRefused("This is no address that mail can be sent to.") from error
    message["From"] = sender
    message["Subject"] = _one_line(subject)
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2].strip(">") or None)
    message.set_content(_pages().get_template(f"{template}.txt").render(facts))
    message.add_alternative(_pages().get_template(f"{template}.html").render(facts), subtype="html")
    return message


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _pages() -> Environment:
    return Environment(
        loader=FileSystemLoader(templates_folder() / "email"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
