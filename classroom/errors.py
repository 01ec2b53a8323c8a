"""What can go wrong in the portal, one class per reason. The message is a sentence for the person who acted."""


class HomeroomError(Exception):
    """A refusal with a sentence that says what went wrong and what to do.

    ``status`` is the HTTP status a page answers with; the command line exits with 1.
    """

    status = 400


class NotFound(HomeroomError):
    """The thing does not exist, or this person may not know that it does."""

    status = 404


class Forbidden(HomeroomError):
    """The person may see it but may not do this."""

    status = 403


class Conflict(HomeroomError):
    """Somebody or something else changed it in the meantime."""

    status = 409


class TooLarge(HomeroomError):
    """An upload is over its limit."""

    status = 413


class Unavailable(HomeroomError):
    """A part Homeroom depends on does not answer now; trying again later is right."""

    status = 503
