"""Bytes of an uploaded roster -> text. Spreadsheets and systems write what they like; a byte order mark says most."""

import codecs
import unicodedata

from classroom.errors import HomeroomError

_EXCEL = (
    "This is an Excel workbook, not a text file. In Excel choose “Save as” and the type “CSV UTF-8 (comma delimited)”,"
    " then upload that file."
)
_NOT_TEXT = (
    (b"PK\x03\x04", _EXCEL),
    (b"\xd0\xcf\x11\xe0", _EXCEL),
    (b"%PDF", "This is a PDF. Export the list of people as CSV instead."),
    (b"<!doctype", "This is a web page, not a list. Export the list of people as CSV instead."),
    (b"<html", "This is a web page, not a list. Export the list of people as CSV instead."),
)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class UnreadableRoster(HomeroomError):
    """The file cannot be read as a list of people; the message says what to do."""


def decode(data: bytes) -> str:
    """The text of the file: by its byte order mark, else UTF-8, else windows-1252. Raises UnreadableRoster."""
    if not data.strip():
        raise UnreadableRoster("The file is empty.")
    for start, sentence in _NOT_TEXT:
        if data[:16].lstrip().lower().startswith(start.lower()):
            raise UnreadableRoster(sentence)
    text = unicodedata.normalize("NFC", _text(data))
    if "\0" in text:
        raise UnreadableRoster("This is not a text file. Export the list of people as CSV and upload that.")
    return text


def _text(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _strictly(data, encoding)
    if guess := _utf16_without_mark(data):
        return _strictly(data, guess)
    try:
        return data.decode()
    except UnicodeDecodeError:
        # Excel's plain "CSV" is windows-1252 wherever Latin letters are used. Every byte means something there.
        return data.decode("cp1252", errors="replace")


def _strictly(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeError as error:
        raise UnreadableRoster("The file is damaged: its text encoding breaks off. Export it again as CSV UTF-8.") from error


def _utf16_without_mark(data: bytes) -> str | None:
    """Latin text in UTF-16 has a zero in every second byte."""
    start = data[:200]
    if start[1::2].count(0) > len(start) // 3:
        return "utf-16-le"
    if start[0::2].count(0) > len(start) // 3:
        return "utf-16-be"
    return None
