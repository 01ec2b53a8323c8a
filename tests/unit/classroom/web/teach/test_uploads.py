from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from sqlalchemy import select
from sqlalchemy.orm import Session

from classroom.models import Assignment, Release
from tests.support.pages import PageClient, soup_of, text_of
from tests.support.work import SOURCE, Lab, cell, notebook, source_notebook

HERE = "/courses/bio1/teach/assignments/_add/"
BROKEN = notebook(cell("code", "### BEGIN SOLUTION\nx = 2", grade_id="x", solution=True))


def send(browser: PageClient, files: dict[str, bytes], **typed: str) -> Any:
    data = {"slug": "growth", "title": "Growth", **typed, "files": [(BytesIO(body), name) for name, body in files.items()]}
    return browser.post(HERE, data, content_type="multipart/form-data")


def zipped() -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for path, data in SOURCE.items():
            archive.writestr(path, data)
    return packed.getvalue()


def test_notebooks_become_an_assignment(tessa: PageClient, session: Session) -> None:
    sent = send(tessa, {"growth.ipynb": source_notebook()})
    page = text_of(tessa.get(sent.location))

    assert session.scalars(select(Assignment.title)).all() == ["Growth"]
    assert "The release of Growth is made" in page
    assert "Ready to publish" in page


def test_a_zip_keeps_its_folders_and_a_second_upload_is_a_new_version(tessa: PageClient, session: Session) -> None:
    send(tessa, {"growth.zip": zipped()})
    send(tessa, {"growth.ipynb": source_notebook("Growth, mended")})
    releases = session.scalars(select(Release).order_by(Release.id)).all()

    assert [file["path"] for file in releases[0].release_files] == ["data/cells.csv", "growth.ipynb"]
    assert len(releases) == 2
    assert len(session.scalars(select(Assignment)).all()) == 1


def test_problems_are_named_with_their_cell_and_cure_and_the_form_keeps_its_values(tessa: PageClient, session: Session) -> None:
    refused = send(tessa, {"growth.ipynb": BROKEN}, title="Growing")
    page = text_of(refused)

    assert refused.status_code == 422
    assert "growth.ipynb, cell 1 x" in page
    assert "### END SOLUTION" in page
    assert soup_of(refused).select_one("#title")["value"] == "Growing"  # type: ignore[index]
    assert session.scalars(select(Assignment)).all() == []


def test_refusals_are_shown_on_the_page(tessa: PageClient) -> None:
    nothing = send(tessa, {})
    no_notebook = send(tessa, {"cells.csv": b"1"})
    bad_name = send(tessa, {"growth.ipynb": source_notebook()}, slug="../growth")

    assert [one.status_code for one in (nothing, no_notebook, bad_name)] == [400, 400, 400]
    assert "Choose at least one notebook" in text_of(nothing)
    assert "There is no notebook among these files." in text_of(no_notebook)
    assert "cannot be an assignment's short name" in text_of(bad_name)


def test_an_upload_over_the_limit_is_refused(tessa: PageClient) -> None:
    assert send(tessa, {"big.ipynb": b"x" * 300_000}).status_code == 413


def test_the_courses_folder_shows_what_is_new_changed_and_as_released(tessa: PageClient, lab: Lab, tmp_path: Path) -> None:
    for slug in ("growth", "decay"):
        (tmp_path / "source" / slug).mkdir(parents=True)
        (tmp_path / "source" / slug / "week.ipynb").write_bytes(source_notebook(slug))
    lab.course.folder = str(tmp_path)
    lab.session.commit()

    released = tessa.post(f"{HERE}folder", {"folder": "growth"})
    before = text_of(tessa.get(HERE))
    (tmp_path / "source" / "growth" / "week.ipynb").write_bytes(source_notebook("mended"))
    after = text_of(tessa.get(HERE))

    assert released.location.endswith("/assignments/growth/")
    assert "growth 1 As released" in before
    assert "decay 1 New" in before
    assert "growth 1 Changed since its release" in after


def test_a_folder_that_is_not_there_is_refused(tessa: PageClient, lab: Lab) -> None:
    refused = tessa.post(f"{HERE}folder", {"folder": "../../etc"})

    assert refused.status_code in {400, 404}
