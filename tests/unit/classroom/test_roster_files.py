"""Files as teachers hold them in their hands -> people."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom.models import Role
from classroom.services.rosters.columns import Field
from classroom.services.rosters.decode import UnreadableRoster
from classroom.services.rosters.hub_names import HubNames, hub_name_like
from classroom.services.rosters.parse import read_table
from classroom.services.rosters.people import Reading, read_people
from hub_bridge.names import is_hub_name


def _read(data: bytes | str) -> Reading:
    return read_people(read_table(data.encode() if isinstance(data, str) else data, rows_limit=5000))


CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (2581),Current Score
,,,,,Manual Posting,
"    Points Possible",,,,,10.00,(read only)
"Doe, Jane",4711,00123,jdoe,"Bio 1, A and Bio 1, B",9.50,95
"Student, Test",4712,,abcdef,Bio 1,,
"""
CANVAS_PEOPLE = "Student Name,Student ID,Student SIS ID,Email,Section Name\nJane Doe,4711,00123,jane@x.edu,A\n"
CANVAS_SIS = (
    "user_id,login_id,first_name,last_name,full_name,sortable_name,short_name,email,status\n"
    '00123,jdoe,Jane,Doe,Jane Doe,"Doe, Jane",Jane,jane@x.edu,active\n'
)
MOODLE = "First name,Surname,ID number,Institution,Email address,Assignment: Essay (Real)\nJane,Doe,00123,U,Jane@x.edu,-\n"
MOODLE_WORKSHEET = "Identifier,Full name,Email address,Status,Group,Grade\nParticipant 9,Jane Doe,jane@x.edu,No,Lab 1,\n"
MOODLE_UPLOAD = (
    "username,firstname,lastname,email,idnumber,course1,group1,role1\njdoe,Jane,Doe,jane@x.edu,00123,bio,Lab 1,student\n"
)
MOODLE_GERMAN = "Vorname;Nachname;Matrikelnummer;E-Mail-Adresse;Gruppen;Rollen\nZoë;Müller;00123;zoe@x.de;Ü1;Teilnehmer/in\n"
GERMAN_PLAIN = "Name;Vorname;Matr.-Nr.;E-Mail\nMüller;Zoë;00123;zoe@x.de\n"
FRENCH = "Nom;Prénom;Numéro d'étudiant;Adresse de courriel\nMüller;Zoë;00123;zoe@x.de\n"
BLACKBOARD = (
    '"Last Name"\t"First Name"\t"Username"\t"Student ID"\t"Last Access"\t"Availability"\t"Essay [Total Pts: 10 Score] |1281892"\n'
    '"Doe"\t"Jane"\t"jdoe"\t"00123"\t"2026-09-01"\t"Yes"\t"9"\n'
)
D2L = (
    "OrgDefinedId,Username,Last Name,First Name,Email,Section Membership,End-of-Line Indicator\n"
    "#00123,#jdoe,Doe,Jane,jane@x.edu,Lab 1,#\n"
)
GRADESCOPE = "Full Name,Email,SID,Lab Section,Role\nJane Doe,jane@x.edu,00123,Lab 1,Student\n"
SAKAI = 'Student ID,Name,# Student Number,# Section,Essay [10],* Essay\njdoe,"Doe, Jane",00123,Lab 1,9,good\n'
GITHUB = "identifier,github_username,github_id,name\n00123,jdoe,1,Jane Doe\n"
AUTOLAB = "Semester,email,last_name,first_name,school,major,courseLecture,section\nf26,jane@x.edu,Doe,Jane,SCS,CS,1,A\n"
CMU = '"Semester","Course","Section","Lecture","Last Name","First Name","MI","AndrewID","Email"\n"F26","15112","A","1","Doe","Jane","","jdoe","jane@x.edu"\n'  # noqa: E501
SUBMITTY = "User ID,Given Name,Family Name,Email,Registration Section\njdoe,Jane,Doe,jane@x.edu,A\n"
UCSB = (
    "Biology 1 Fall 2026\n"
    "Enrl Cd,Perm #,Grade,Student Last,Student First Middle,Quarter,Section,Email\n"
    "1,00123,,Doe,Jane,F26,A,jane@x.edu\n"
)
OKPY = "Email, Name, SID, Course Login, Section\njane@x.edu, Jane Doe, 00123, aa, 1\n"
GOOGLE = "Last Name,First Name,Email Address,Essay\n,,,2026-09-01\n,,,10\nDoe,Jane,jane@x.edu,9\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CANVAS, ("Jane Doe", None, "jdoe", "00123", "Bio 1, A and Bio 1, B")),
        (CANVAS_PEOPLE, ("Jane Doe", "jane@x.edu", None, "4711", "A")),
        (CANVAS_SIS, ("Jane Doe", "jane@x.edu", "jdoe", "00123", None)),
        (MOODLE, ("Jane Doe", "jane@x.edu", None, "00123", None)),
        (MOODLE_WORKSHEET, ("Jane Doe", "jane@x.edu", None, "Participant 9", "Lab 1")),
        (MOODLE_UPLOAD, ("Jane Doe", "jane@x.edu", "jdoe", "00123", "Lab 1")),
        (MOODLE_GERMAN, ("Zoë Müller", "zoe@x.de", None, "00123", "Ü1")),
        (GERMAN_PLAIN, ("Zoë Müller", "zoe@x.de", None, "00123", None)),
        (FRENCH, ("Zoë Müller", "zoe@x.de", None, "00123", None)),
        (BLACKBOARD, ("Jane Doe", None, "jdoe", "00123", None)),
        (D2L, ("Jane Doe", "jane@x.edu", "jdoe", "00123", "Lab 1")),
        (GRADESCOPE, ("Jane Doe", "jane@x.edu", None, "00123", "Lab 1")),
        (SAKAI, ("Jane Doe", None, None, "jdoe", "Lab 1")),
        (GITHUB, ("Jane Doe", None, "jdoe", "00123", None)),
        (AUTOLAB, ("Jane Doe", "jane@x.edu", None, None, "A")),
        (CMU, ("Jane Doe", "jane@x.edu", "jdoe", None, "A")),
        (SUBMITTY, ("Jane Doe", "jane@x.edu", "jdoe", None, "A")),
        (UCSB, ("Jane Doe", "jane@x.edu", None, "00123", "A")),
        (OKPY, ("Jane Doe", "jane@x.edu", "aa", "00123", "1")),
        (GOOGLE, ("Jane Doe", "jane@x.edu", None, None, None)),
    ],
)
def test_the_exports_of_other_systems_are_understood(text: str, expected: tuple[str | None, ...]) -> None:
    reading = _read(text)

    assert [(p.name, p.email, p.username, p.student_id, p.section) for p in reading.people] == [expected]
    assert reading.problems == ()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_the_encoding_is_found_out(encoding: str, newline: str) -> None:
    text = MOODLE_GERMAN.replace("\n", newline)

    assert [person.name for person in _read(text.encode(encoding)).people] == ["Zoë Müller"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("prefix", ["", "sep={}\r\n", '"sep={}"\n'])
def test_the_delimiter_is_found_out(delimiter: str, prefix: str) -> None:
    text = prefix.format(delimiter) + delimiter.join(("Name", "E-mail")) + "\n" + delimiter.join(("Jane", "j@x.edu")) + "\n"

    assert [person.email for person in _read(text).people] == ["j@x.edu"]


def test_any_delimiter_goes_when_the_file_names_it() -> None:
    assert [person.email for person in _read("sep=:\nName:E-mail\nJane:j@x.edu\n").people] == ["j@x.edu"]


@pytest.mark.parametrize("cell", ['="00123"', '"=""00123"""', "#00123", "'00123", " 00123 ", "\u200b00123\u00a0"])
def test_an_id_keeps_its_zeros_however_they_were_protected(cell: str) -> None:
    assert [person.student_id for person in _read(f"Student ID,Name\n{cell},Jane\n").people] == ["00123"]


@pytest.mark.parametrize("data", [b"", b"  \n", b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest", b"%PDF-1.7", b"<!DOCTYPE html><p>",
                                  b"hello\nworld\n", b"\xff\xfea", b"\0\1\2\3\4\5", b"a,b\n1,2\n"])  # fmt: skip
def test_what_is_no_list_of_people_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(UnreadableRoster, match=r"\w{3}.*\."):
        _read(data)


def test_a_workbook_is_answered_with_how_to_save_it() -> None:
    with pytest.raises(UnreadableRoster, match="CSV UTF-8"):
        _read(b"PK\x03\x04\x14\x00")


def test_a_quote_that_is_never_closed_is_named() -> None:
    with pytest.raises(UnreadableRoster, match="quotation mark"):
        _read('Name,E-mail\n"Jane,j@x.edu\n' + "Ben,ben@x.edu\n" * 500)


def test_a_file_that_only_has_names_says_which_column_is_missing() -> None:
    reading = _read("Name,Section\nJane,A\n")

    assert not reading.people
    assert "Student ID, E-mail or Username" in reading.problems[0].message


@pytest.mark.parametrize(
    ("row", "column", "severity", "words"),
    [
        (",1,a@x.edu,A,student", "Name", "error", "missing"),
        ("Jane,1,a at x,A,student", "E-mail", "error", "no e-mail address"),
        ("Jane,1.23E+09,a@x.edu,A,student", "Student ID", "error", "spreadsheet"),
        ("Jane,,,A,student", "Student ID", "error", "apart"),
        ("Jane,1,a@x.edu,A,wizard", "Role", "error", "unknown"),
        ("Jane,1,a@x.edu,A,Instructor", "Role", "error", "teacher"),
        ("Jane,1,a@x.edu,A,owner", "Role", "error", "owner"),
        ("Doe, Jane,1,a@x.edu,A,student", "", "error", "not quoted"),
        (f"Jane,1,a@x.edu,{'A' * 101},student", "Section", "error", "100"),
        ("Ben,1,ben@x.edu,A,student\nJane,1,a@x.edu,A,student", "Student ID", "error", "somebody else"),
        ("Ben,2,a@x.edu,A,student\nJane,1,a@x.edu,A,student", "E-mail", "error", "somebody else"),
        ("Jane,1,a@x.edu,B,student\nJane,1,a@x.edu,A,student", "Student ID", "warning", "first row counts"),
        ("Jane,2,b@x.edu,B,student\nJane,1,a@x.edu,A,student", "Name", "warning", "same name"),
    ],
)
def test_a_problem_names_its_row_and_column(row: str, column: str, severity: str, words: str) -> None:
    reading = _read(f"Name,Student ID,E-mail,Section,Role\nAda,9,ada@x.edu,A,TA\n\n{row}\n")

    (problem,) = reading.problems

    assert problem.row == 4 + row.count("\n")
    assert (problem.column, problem.severity) == (column, severity)
    assert words in problem.message
    assert reading.people[0].role == Role.grader


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(UnreadableRoster, match="more than 10 rows"):
        read_table(b"E-mail\n" + b"a@x.edu\n" * 11, rows_limit=10)


@given(data=st.binary(max_size=400) | st.text(max_size=400).map(str.encode))
@settings(max_examples=400, deadline=None)
def test_no_file_brings_the_reader_down(data: bytes) -> None:
    with suppress(UnreadableRoster):
        _read(data)


@given(
    body=st.text(st.sampled_from("ab1,;\t|\"\n\r=#'@. é\u200b"), max_size=200), start=st.sampled_from(["", "sep=,\n", "\ufeff"])
)
@settings(max_examples=300, deadline=None)
def test_no_mess_below_a_header_brings_the_reader_down(body: str, start: str) -> None:
    with suppress(UnreadableRoster):
        _read(f"{start}Name,E-mail,Student ID\n{body}")


_WORD = st.text(st.sampled_from("abcdefgéüßжя'-"), min_size=1, max_size=12).map(lambda word: f"x{word}x")


@given(
    people=st.lists(st.tuples(_WORD, _WORD, st.integers(0, 10**9)), min_size=1, max_size=30, unique_by=lambda person: person[2]),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
@settings(max_examples=60, deadline=None)
def test_what_was_written_is_read(people: list[tuple[str, str, int]], delimiter: str, encoding: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["Student ID", "Name", "E-mail"])
    writer.writerows([f"{number:010}", f"{last}, {first}", f"s{number}@x.edu"] for first, last, number in people)

    reading = _read(out.getvalue().encode(encoding))

    assert [(p.student_id, p.name) for p in reading.people] == [(f"{n:010}", f"{first} {last}") for first, last, n in people]
    assert all(problem.severity == "warning" for problem in reading.problems)


def test_recognised_columns_are_reported_by_their_header() -> None:
    table = read_table(MOODLE_GERMAN.encode(), rows_limit=10)

    assert table.headers[table.columns[Field.student_id]] == "Matrikelnummer"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Zoë Müller", "zoe-mueller"),
        ("Мария Иванова", "mariya-ivanova"),
        ("Γιώργος", "giorgos"),
        ("Łukasz Żółć", "lukasz-zolc"),
        ("O'Brien", "o-brien"),
        ("00123", "s00123"),
        ("x" * 50, "x" * 32),
        ("王小明", ""),
        ("--", ""),
    ],
)
def test_names_are_written_in_plain_letters(text: str, name: str) -> None:
    assert hub_name_like(text) == name


def test_each_name_is_given_once_and_some_never() -> None:
    names = HubNames(["jane"])

    given_names = [names.give(username="Jane", email=None, name="", student_id=None) for _ in range(3)]
    admin = names.give(username="admin", email=None, name="", student_id=None)
    unwritable = names.give(username=None, email=None, name="王小明", student_id="00123")
    by_mail = names.give(username=None, email="j.doe+bio@x.edu", name="Jane", student_id=None)

    assert given_names == ["jane-2", "jane-3", "jane-4"]
    assert (admin, unwritable, by_mail) == ("admin-2", "s00123", "j-doe")


@given(texts=st.lists(st.text(max_size=60), max_size=40))
def test_whatever_people_are_called_their_names_at_the_hub_are_valid_and_differ(texts: list[str]) -> None:
    names = HubNames([])

    given_names = [names.give(username=text, email=text, name=text, student_id=text) for text in texts]

    assert all(is_hub_name(name) for name in given_names)
    assert len(set(given_names)) == len(texts)
