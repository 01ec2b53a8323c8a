"""What a column of a roster holds, by its header: the ones of Canvas, Moodle, Blackboard, D2L, Gradescope and others."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum


class Field(StrEnum):
    """What Homeroom takes from a roster."""

    name = "name"
    first = "first name"
    last = "last name"
    email = "e-mail"
    username = "username"
    student_id = "student id"
    section = "section"
    role = "role"


# Best first: Canvas has both "SIS User ID" and "ID", and the first is the one on the student's card. Written as `plain` leaves
# them. "user id" is the username in Submitty and the student id in Canvas' users.csv, which has a "login_id" besides.
_HEADERS: dict[Field, tuple[str, ...]] = {
    Field.email: (
        "email", "e mail", "email address", "e mail address", "mail", "student email", "e mail adresse", "emailadresse",
        "adresse de courriel", "courriel", "adresse e mail", "adresse email", "correo", "correo electronico",
        "direccion de correo", "direccion de correo electronico", "indirizzo email", "e mailadres", "endereco de email", "email1",
    ),
    Field.first: (
        "first name", "firstname", "given name", "given names", "preferred given name", "student first middle",
        "student first name", "vorname", "vornamen", "prenom", "nombre", "nombres", "nome", "voornaam", "fornamn", "imie",
    ),
    Field.last: (
        "last name", "lastname", "family name", "surname", "student last", "student last name", "nachname", "familienname",
        "nom de famille", "apellido", "apellidos", "apellido s", "cognome", "sobrenome", "achternaam", "efternamn", "nazwisko",
    ),
    Field.username: (
        "username", "user name", "sis login id", "login id", "login", "andrewid", "andrew id", "netid", "net id", "uniqname",
        "course login", "anmeldename", "benutzername", "kennung", "nutzername", "nom d utilisateur", "nombre de usuario",
        "nome utente", "gebruikersnaam", "user id", "userid", "uid", "eid", "github username",
    ),
    Field.student_id: (
        "student id", "studentid", "sis user id", "id number", "idnumber", "student number", "student no", "student nr",
        "orgdefinedid", "org defined id", "sid", "student sis id", "sis id", "perm", "uin", "emplid", "banner id",
        "matriculation number", "matrikelnummer", "matrikelnr", "matrikel nr", "matr nr", "martikelnummer", "id nummer",
        "numero d identification", "numero etudiant", "numero d etudiant", "n etudiant", "numero de id", "matricula",
        "numero de estudiante", "matricola", "numero di matricola", "studentnummer", "universal id", "identifier", "user id",
        "integration id", "canvas user id", "id",
    ),
    Field.section: (
        "section", "sections", "section name", "section membership", "registration section", "group", "groups", "group1",
        "gruppe", "gruppen", "groupe", "groupes", "grupo", "grupos", "gruppo", "gruppi", "groep", "child course id", "lab",
        "section id", "enrl cd", "lecture", "class", "tutorial", "klasse", "ubungsgruppe", "uebungsgruppe",
    ),
    Field.role: ("role", "roles", "course role", "role1", "rolle", "rollen", "rol", "ruolo", "ruoli", "papel", "funktion"),
    Field.name: (
        "name", "full name", "fullname", "student name", "display name", "student", "vollstandiger name", "nom complet",
        "nombre completo", "nome completo", "volledige naam", "naam", "nom", "sortable name", "short name",
    ),
}  # fmt: skip

KEYS = (Field.student_id, Field.email, Field.username)
"""Each of these can tell two people apart; a name cannot."""


def plain(header: str) -> str:
    """A header without case, accents and punctuation: "E-Mail-Adresse" -> "e mail adresse"."""
    letters = unicodedata.normalize("NFKD", re.sub(r"([a-z])([A-Z][a-z])", r"\1 \2", header)).casefold()
    kept = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^a-z0-9ß]+", " ", kept).split())


def recognise(headers: Sequence[str]) -> dict[Field, int]:
    """Which column holds what: {Field.email: 3}. A column has one meaning; unknown ones are left out."""
    names = [plain(header) for header in headers]
    joined = [name.replace(" ", "") for name in names]
    found: dict[Field, int] = {}
    for field, wanted in _HEADERS.items():
        for header in wanted:
            places = [i for i, name in enumerate(names) if header in {name, joined[i]} and i not in found.values()]
            if places:
                found[field] = places[0]
                break
    _any_section(names, found)
    if Field.first in found and Field.last not in found and Field.name in found:
        found[Field.last] = found.pop(Field.name)  # "Vorname, Name" and "Prénom, Nom"
    return found


def _any_section(names: Sequence[str], found: dict[Field, int]) -> None:
    """Gradescope takes any column with "section" in its header."""
    if Field.section not in found:
        places = [i for i, name in enumerate(names) if "section" in name.split() and i not in found.values()]
        if places:
            found[Field.section] = places[0]
