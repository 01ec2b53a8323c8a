"""Who is in the course: searched, added by hand, given a role, dropped and restored."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from classroom.errors import HomeroomError, NotFound
from classroom.models import Enrolment, Role
from classroom.services import course_now, extensions, newcomers, people
from classroom.web import audience
from classroom.web.context import commit, course, db, enrolment, now, person, settings
from classroom.web.teach.blueprint import SEE_OTHER, act, blueprint
from classroom.web.words import role_word

ROLE_OPTIONS = tuple((role.value, role_word(role)) for role in Role)
ANY = ("", "Any")
COLUMNS = ("Name", "E-mail", "Student ID", "Section", "Role", "State")
STATES = (("", "Everybody"), ("active", "In the course"), ("waiting", "Being set up"), ("dropped", "Dropped"))


@blueprint.get("/people/", endpoint="people")
@audience.staff
def people_list() -> str:
    """One page of people, filtered."""
    search, section = request.args.get("search", "").strip(), request.args.get("section", type=int)
    role = _role(request.args.get("role", ""))
    state = request.args.get("state", "")
    sections = people.sections_of(db(), course=course())
    filters = {"search": search, "section": section or "", "role": role.value if role else "", "state": state}
    found = people.people_page(
        db(),
        course=course(),
        search=search,
        role=role,
        section_id=section,
        state=state,
        page=request.args.get("page", 1, type=int),
        page_size=settings().page_size,
    )
    return render_template(
        "teach/people.html",
        found=found,
        due_next=next(iter(extensions.may_be_extended(db(), course=course(), now=now())), None),
        heads=course_now.head_count(db(), course=course()),
        columns=[*COLUMNS, "Change"] if enrolment().is_teacher else COLUMNS,
        section_options=[ANY, *((one.id, one.name) for one in sections)],
        role_options=[ANY, *ROLE_OPTIONS],
        states=STATES,
        filters=filters,
        parameters={name: value for name, value in filters.items() if value},
    )


@blueprint.get("/people/add")
@audience.teacher
def person_form() -> str:
    """The form for one person."""
    return _person_form()


@blueprint.post("/people/add")
@audience.teacher
def add_person() -> ResponseReturnValue:
    """Put one person into the course."""
    form = request.form
    try:
        added = newcomers.add_by_hand(
            db(),
            course=course(),
            name=form.get("name", ""),
            email=form.get("email", ""),
            student_id=form.get("student_id", ""),
            section=form.get("section", ""),
            role=_role(form.get("role", "")) or Role.student,
            actor=person(),
            now=now(),
        )
        commit()
    except HomeroomError as refusal:
        db().rollback()
        return _person_form(str(refusal)), refusal.status
    flash(f"{added.person.display_name} is in the course. The account is being set up.")
    return redirect(url_for("teach.people", search=added.person.hub_name), SEE_OTHER)


@blueprint.post("/people/<int:enrolment_id>/drop")
@audience.teacher
def drop(enrolment_id: int) -> ResponseReturnValue:
    """Take somebody out of the course; their work stays."""

    def verb() -> str:
        found = load(enrolment_id)
        people.drop(db(), enrolment=found, actor=person(), now=now())
        return f"{found.person.display_name} is out of the course. Their work is kept."

    return act(verb, then=_back())


@blueprint.post("/people/<int:enrolment_id>/restore")
@audience.teacher
def restore(enrolment_id: int) -> ResponseReturnValue:
    """Let a dropped person in again."""

    def verb() -> str:
        found = load(enrolment_id)
        people.restore(db(), enrolment=found, actor=person(), now=now())
        return f"{found.person.display_name} is in the course again."

    return act(verb, then=_back())


@blueprint.post("/people/<int:enrolment_id>/role")
@audience.teacher
def change_role(enrolment_id: int) -> ResponseReturnValue:
    """Give somebody another role."""

    def verb() -> str:
        role = _role(request.form.get("role", ""))
        if role is None:
            raise HomeroomError("Choose a role.")
        found = load(enrolment_id)
        people.change_role(db(), enrolment=found, role=role, actor=person(), now=now())
        return f"{found.person.display_name} is {role_word(role).lower()} now."

    return act(verb, then=_back())


def load(enrolment_id: int) -> Enrolment:
    """Somebody of this course, dropped or not."""
    found = people.enrolment_by_id(db(), course=course(), enrolment_id=enrolment_id)
    if found is None:
        raise NotFound("There is nobody like this in the course.")
    return found


def _role(word: str) -> Role | None:
    return Role(word) if word in set(Role) else None


def _back() -> str:
    """The list as it was filtered."""
    form = request.form
    return url_for(
        "teach.people", search=form.get("search") or None, state=form.get("state") or None, page=form.get("page") or None
    )


def _person_form(refusal: str = "") -> str:
    return render_template(
        "teach/person_new.html",
        values=request.form,
        refusal=refusal,
        sections=people.sections_of(db(), course=course()),
        role_options=ROLE_OPTIONS,
    )
