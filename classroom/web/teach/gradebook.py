"""Students by assignments, and the same as CSV."""

from flask import Response, render_template, request

from classroom.services import averages, grades
from classroom.web import audience
from classroom.web.context import course, db, now, settings
from classroom.web.teach.blueprint import blueprint


@blueprint.get("/gradebook/", endpoint="gradebook")
@audience.staff
def gradebook_page() -> str:
    """One page of students with their grades."""
    search = request.args.get("search", "").strip()
    page = request.args.get("page", 1, type=int)
    book = grades.gradebook(db(), course=course(), page=page, page_size=settings().page_size, search=search)
    means = averages.assignment_averages(db(), assignments=book.assignments)
    return render_template("teach/gradebook.html", book=book, search=search, means=means, now=now())


@blueprint.get("/gradebook.csv")
@audience.staff
def gradebook_csv() -> Response:
    """All of it as a file; a UTF-8 mark in front, or Excel takes the names for another alphabet."""
    text = "\ufeff" + grades.gradebook_csv(db(), course=course())
    name = f"{course().slug}-grades-{now():%Y-%m-%d}.csv"
    return Response(text, mimetype="text/csv", headers={"Content-Disposition": f'attachment; filename="{name}"'})
