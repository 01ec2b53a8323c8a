import io
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import func, select

from classroom.errors import HomeroomError, NotFound, TooLarge
from classroom.models import Assignment, Course, Release
from classroom.services import manifests, releases
from classroom.services.archive import read_zip
from tests.support.notebooks import as_file
from tests.support.notebooks import notebook as otter_notebook
from tests.support.otter_notebooks import expects, question
from tests.support.work import SOURCE, Lab, cell, notebook, source_notebook


def zipped(contents: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in contents.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_a_release_has_the_students_files_and_knows_its_questions(lab: Lab) -> None:
    release = lab.release()

    contents = manifests.load(lab.files, release.release_files)

    assert set(contents) == {"growth.ipynb", "data/cells.csv"}
    assert b"x = 2" not in contents["growth.ipynb"].replace(b"x == 2", b"")
    assert [(q["grade_id"], q["points"], q["kind"]) for q in release.questions] == [("test_x", 2, "auto"), ("why", 3, "manual")]
    assert release.max_score == 5
    assert release.assignment.release is release


def test_the_same_source_again_is_the_same_release(lab: Lab) -> None:
    assert lab.release().id == lab.release().id


def test_a_changed_source_is_a_new_release_of_the_same_assignment(lab: Lab) -> None:
    first = lab.release()

    second = lab.release({**SOURCE, "data/cells.csv": b"day,cells\n0,20\n"})

    assert second.id != first.id
    assert second.assignment.release is second
    assert lab.session.scalar(select(func.count()).select_from(Assignment)) == 1


def test_one_zip_with_a_folder_around_everything_is_the_same_as_its_files(lab: Lab) -> None:
    first = lab.release()

    second = lab.release({"growth.zip": zipped({f"growth/{name}": data for name, data in SOURCE.items()})})

    assert second.id == first.id


def test_a_source_with_errors_changes_nothing_and_says_what_is_wrong(lab: Lab) -> None:
    broken = notebook(cell("code", "### BEGIN SOLUTION\nx = 2", grade_id="x", solution=True))

    release, problems = releases.from_upload(
        lab.session,
        files=lab.files,
        course=lab.course,
        assignment_slug="growth",
        title="Growth",
        uploads={"growth.ipynb": broken},
        actor=None,
        now=lab.now,
    )

    assert release is None
    assert [problem.severity for problem in problems] == ["error"]
    assert lab.session.scalar(select(func.count()).select_from(Assignment)) == 0


@pytest.mark.parametrize("slug", ["", "../x", "a/b", ".hidden", "feedback", "x" * 61, "-x", "a b"])
def test_a_name_that_cannot_be_a_folder_is_refused(lab: Lab, slug: str) -> None:
    with pytest.raises(HomeroomError, match="short name"):
        lab.release(slug=slug)


def test_an_upload_without_a_notebook_is_refused(lab: Lab) -> None:
    with pytest.raises(HomeroomError, match="no notebook"):
        lab.release({"data.csv": b"1"})


def test_an_upload_over_the_limit_is_refused(lab: Lab) -> None:
    with pytest.raises(TooLarge):
        releases.from_upload(
            lab.session,
            files=lab.files,
            course=lab.course,
            assignment_slug="a",
            title="A",
            uploads=SOURCE,
            actor=None,
            now=lab.now,
            max_bytes=100,
        )


@pytest.mark.parametrize("name", ["../up.ipynb", "/etc/x.ipynb", "a/../../b.ipynb", "a\\b.ipynb", "a\nb.ipynb", "a//b.ipynb"])
def test_a_zip_with_a_path_trick_is_refused(name: str) -> None:
    with pytest.raises(HomeroomError, match="no plain path"):
        read_zip(zipped({name: b"{}"}), 1000)


def test_a_zip_with_a_link_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")

    with pytest.raises(HomeroomError, match="a link"):
        read_zip(buffer.getvalue(), 1000)


def test_a_zip_that_unpacks_to_too_much_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.ipynb", b"0" * 10_000_000)

    with pytest.raises(TooLarge, match="unpacks to more than"):
        read_zip(buffer.getvalue(), 1_000_000)


def test_a_zip_with_too_many_files_is_refused() -> None:
    with pytest.raises(TooLarge, match="2500 files"):
        read_zip(zipped({f"{number}.txt": b"" for number in range(2500)}), 1000)


@pytest.mark.parametrize("damage", [b"", b"no zip", zipped({"a.ipynb": b"text" * 50})[:-30]])
def test_a_damaged_zip_is_refused_in_words(damage: bytes) -> None:
    with pytest.raises(HomeroomError, match="cannot be read"):
        read_zip(damage, 1000)


def test_what_computers_add_to_zips_is_left_out() -> None:
    contents = {"hw/a.ipynb": b"{}", "__MACOSX/hw/._a.ipynb": b"x", "hw/.DS_Store": b"x", "hw/.ipynb_checkpoints/a.ipynb": b"x"}

    assert read_zip(zipped(contents), 1000) == {"a.ipynb": b"{}"}


class TestCourseFolder:
    """A course whose sources lie in a folder on the server."""

    @pytest.fixture
    def folder(self, course: Course, tmp_path: Path) -> Path:
        course.folder = str(tmp_path)
        for name in ("growth", "decay"):
            (tmp_path / "source" / name).mkdir(parents=True)
            (tmp_path / "source" / name / f"{name}.ipynb").write_bytes(source_notebook(name))
        (tmp_path / "course.toml").write_text(
            'title = "B"\n[[assignments]]\nslug = "growth"\ntitle = "Growth of cells"\ndue_days = 7\n'
        )
        return tmp_path

    def test_its_assignments_come_in_the_order_of_the_course_file(self, course: Course, folder: Path) -> None:
        assert releases.folder_assignments(course) == ["growth", "decay"]

    def test_a_release_takes_its_title_from_the_course_file(self, lab: Lab, folder: Path) -> None:
        release, problems = releases.from_folder(
            lab.session, files=lab.files, course=lab.course, assignment_slug="growth", actor=None, now=lab.now
        )

        assert release is not None, problems
        assert release.assignment.title == "Growth of cells"

    def test_a_link_out_of_the_folder_is_refused(self, lab: Lab, folder: Path) -> None:
        (folder / "secret").write_text("x")
        (folder / "source" / "growth" / "data.csv").symlink_to(folder / "secret")

        with pytest.raises(HomeroomError, match="leads out"):
            releases.from_folder(
                lab.session, files=lab.files, course=lab.course, assignment_slug="growth", actor=None, now=lab.now
            )

    def test_a_folder_that_is_not_there_is_named(self, lab: Lab, folder: Path) -> None:
        with pytest.raises(NotFound, match="no folder"):
            releases.from_folder(
                lab.session, files=lab.files, course=lab.course, assignment_slug="other", actor=None, now=lab.now
            )

    def test_a_course_file_that_cannot_be_read_is_an_error_in_words(self, course: Course, folder: Path) -> None:
        (folder / "course.toml").write_text("title = ")

        with pytest.raises(HomeroomError, match="cannot be understood"):
            releases.folder_assignments(course)


def test_going_back_to_an_earlier_version_makes_it_current_again(lab: Lab) -> None:
    first = lab.release()
    lab.release({"growth.ipynb": source_notebook("Other")})

    again = lab.release()

    assert again.id == first.id
    assert lab.session.get_one(Assignment, first.assignment_id).release_id == first.id
    assert lab.session.scalar(select(func.count()).select_from(Release)) == 2


def test_an_assignment_for_otter_is_released_in_our_format_and_named_by_what_was_written(lab: Lab) -> None:
    cells = question("q1", "x = 1 # SOLUTION", expects("x", "1"), expects("# HIDDEN\nx", "1"), settings="points: {each: 1}")
    source = {"hw.ipynb": as_file(otter_notebook(*cells))}

    release = lab.release(source)

    assert [(question["grade_id"], question["title"]) for question in release.questions] == [("q1", "q1 (1)"), ("q1-2", "q1 (2)")]
    assert b"homeroom" in manifests.load(lab.files, release.source_files)["hw.ipynb"]
    assert b"homeroom" not in manifests.load(lab.files, release.release_files)["hw.ipynb"]
    assert release.digest == manifests.digest(manifests.list_files(source))
    assert lab.release(source).id == release.id
