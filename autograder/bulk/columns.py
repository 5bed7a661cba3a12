# SPDX-License-Identifier: MIT
"""What the columns of a roster are called: by us, by learning systems, in their languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# Headers, compared without case, accents and punctuation; of several the first counts.
# Moodle's are those of its language packs (en, de, fr, es, it, pt, pt_br, nl, pl): assign.php
# (recordid, lastmodifiedsubmission, lastmodifiedgrade, grademax), moodle.php (fullnameuser,
# firstname, lastname, email, idnumber, group, username).
_NAMES: dict[str, tuple[str, ...]] = {
    "id": (
        *("sis user id", "id number", "student id", "sid", "student number", "orgdefinedid"),
        *("org defined id", "roster identifier", "matriculation number", "matrikelnummer"),
        *("matr nr", "matrikelnr", "id nummer", "numero d identification", "numero de id"),
        *("numero id", "codice identificativo", "numero di identificazione", "matricola"),
        *("numero de identificacao", "id number do utilizador", "numer id", "numer albumu"),
        *("numer identyfikacyjny", "studentnummer", "numero etudiant", "numero de identificacion"),
        "id",
    ),
    "name": (
        *("name", "full name", "student", "student name", "vollstandiger name", "nom complet"),
        *("nombre completo", "nome completo", "cognome nome", "nome cognome", "volledige naam"),
        *("pelna nazwa", "imie i nazwisko", "naam", "nom et prenom", "nome e cognome"),
        *("nombre apellido s", "nombre apellidos", "nome sobrenome", "nome apelido s"),
        *("nombre", "nome"),
    ),
    "first": (
        *("first name", "firstname", "given name", "given names", "forename", "vorname"),
        *("prenom", "nombre de pila", "voornaam", "imie", "primeiro nome", "nome proprio"),
    ),
    "last": (
        *("last name", "lastname", "surname", "family name", "nachname", "familienname"),
        *("nom", "nom de famille", "apellido", "apellidos", "apellido s", "cognome"),
        *("sobrenome", "apelido", "ultimo nome", "achternaam", "nazwisko"),
    ),
    "email": (
        *("email", "email address", "e mail", "e mail address", "mail", "e mail adresse"),
        *("adresse de courriel", "adresse e mail", "adresse mail", "courriel"),
        *("adresse electronique", "direccion de correo", "direccion de correo electronico"),
        *("correo", "correo electronico", "direccion email", "indirizzo email"),
        *("indirizzo e mail", "endereco de email", "endereco de e mail", "e mailadres"),
        *("mailadres", "adres e mail", "adres email"),
    ),
    "login": (
        *("sis login id", "login", "username", "user name", "github username", "netid"),
        *("benutzername", "anmeldename", "nom d utilisateur", "nombre de usuario"),
        *("nome utente", "username utente", "nome de utilizador", "nome de usuario"),
        *("identificacao de usuario", "gebruikersnaam", "nazwa uzytkownika"),
    ),
    "section": ("section", "sections"),
    "group": (
        *("group", "group name", "gruppe", "groupe", "grupo", "gruppo", "groep", "grupa", "team"),
    ),
    "moodle": (
        *("identifier", "identifiant", "identificador", "identificativo", "identificatore"),
        *("codice", "identificatie", "identyfikator"),
    ),
    "submission": ("submission", "folder", "student repository name"),
    "submitted": (
        *("submitted", "last modified submission", "submission time", "submission timestamp"),
        *("zuletzt geandert abgabe", "derniere modification travail remis"),
        *("ultima modificacion entrega", "ultima modifica consegna", "ultima modificacao envio"),
        *("ultima modificacao trabalho", "ultima modificacao submissao"),
        *("ultima alteracao submissao", "ultima alteracao trabalho", "laatst gewijzigd inzending"),
        *("ostatnia modyfikacja zadanie", "ostatnio modyfikowane przeslane zadanie"),
    ),
    "grade": (
        *("grade", "bewertung", "note", "calificacion", "valutazione", "nota", "avaliacao"),
        *("cijfer", "beoordeling", "ocena"),
    ),
    "maximum": (
        *("maximum grade", "bestwertung", "note maximale", "calificacion maxima"),
        *("calificacion mas alta", "valutazione massima", "punteggio massimo", "nota maxima"),
        *("avaliacao maxima", "maximumcijfer", "maximum cijfer", "maximale cijfer"),
        *("maksymalna ocena", "ocena maksymalna"),
    ),
    "graded": ("last modified grade",),
}
# In every language: two columns are called 'last modified', of the submission and of the grade.
_MODIFIED = re.compile(
    r"(last modified|zuletzt geandert|derniere modification|ultima modific\w*|"
    r"ultima alteracao|laatst gewijzigd|ostatni\w* (modyf|zmian)\w*) .+"
)
_ASSIGNMENT = re.compile(r"\(\d+\)$")  # an assignment's column in Canvas's gradebook
_PARTICIPANTS = frozenset(
    (
        *("participant", "teilnehmer in", "teilnehmer", "participante", "partecipante"),
        *("deelnemer", "uczestnik", "participant e"),
    )
)
# A participant of Moodle's as its worksheets have it: a word and a number.
_PARTICIPANT = re.compile(r"[^\W\d_][^\d]{5,}\d+")


def plain(header: str) -> str:
    """A header without case, accents and punctuation."""
    folded = unicodedata.normalize("NFKD", header.casefold().replace("ł", "l").replace("ß", "ss"))
    letters = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", letters))


def places(columns: Sequence[str], first_cells: Sequence[Sequence[str]] = ()) -> dict[str, int]:
    """Where the columns that are known are; ``first_cells`` are some rows, to tell ids apart."""
    heads = [plain(column) for column in columns]
    found = {
        key: heads.index(name)
        for key, names in _NAMES.items()
        for name in reversed(names)
        if name in heads
    }
    _modified(heads, found)
    _people(found)
    _identifiers(heads, found, first_cells, any(map(_ASSIGNMENT.search, columns)))
    return found


def _modified(heads: list[str], found: dict[str, int]) -> None:
    both = [at for at, head in enumerate(heads) if _MODIFIED.fullmatch(head)]
    if len(both) == 2:
        found["submitted"], found["graded"] = both


def _people(found: dict[str, int]) -> None:
    """'Name, Vorname' is a surname and a first name; 'Nome, Cognome' the reverse."""
    if "name" in found and "first" in found and "last" not in found:
        found["last"] = found.pop("name")
    elif "name" in found and "last" in found and "first" not in found:
        found["first"] = found.pop("name")
    elif "name" in found:
        found.pop("first", None)
        found.pop("last", None)


def _identifiers(
    heads: list[str], found: dict[str, int], rows: Sequence[Sequence[str]], assignments: bool
) -> None:
    """Canvas's and Moodle's 'ID' are their own number of a person, not the university's."""
    if "github username" in heads and "moodle" in found:
        found.setdefault("id", found.pop("moodle"))
    if {"sis user id", "sis login id"} & set(heads) or (assignments and _is_canvas(heads)):
        if "id" in heads:
            found["canvas"] = heads.index("id")
            if "sis user id" not in heads:
                found.pop("id", None)
                if "sis login id" in heads:
                    found["id"] = heads.index("sis login id")
        return
    at = heads.index("id") if "id" in heads else -1
    if "moodle" not in found and at >= 0 and ("maximum" in found or "graded" in found):
        found["moodle"] = at
        if found.get("id") == at:
            del found["id"]
    if "moodle" in found and not {"maximum", "graded"} & set(found):
        cells = [row[found["moodle"]] for row in rows if found["moodle"] < len(row)]
        if not all(_PARTICIPANT.fullmatch(cell) for cell in cells if cell):
            found.setdefault("id", found.pop("moodle"))


def _is_canvas(heads: list[str]) -> bool:
    """Canvas's gradebook as somebody gets it who may not see the university's ids."""
    people = "student" in heads or {"lastname", "firstname"} <= set(heads)
    return people and {"id", "section"} <= set(heads)


def is_participant(who: str) -> bool:
    """Whether Moodle hides a name behind this word (blind marking), in a known language."""
    return plain(who) in _PARTICIPANTS


def foreign_worksheet(found: dict[str, int], rows: Sequence[Sequence[str]]) -> bool:
    """Whether this is Moodle's worksheet in a language that is not known here."""
    if "moodle" in found or "id" not in found or len(rows) == 0 or "name" in found:
        return False
    cells = [row[found["id"]] for row in rows if found["id"] < len(row) and row[found["id"]]]
    words = {re.sub(r"\d+$", "", cell) for cell in cells}
    return len(words) == 1 and all(_PARTICIPANT.fullmatch(cell) for cell in cells)
