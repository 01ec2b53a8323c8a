from sqlalchemy import select

from classroom.models import Result, ResultStatus, Submission
from classroom.services.grade_totals import GradeTotal, grade_totals
from classroom.services.submission_grades import grades_of
from tests.support.big_class import big_class
from tests.support.work import Lab


def totals_the_long_way(lab: Lab) -> dict[int, GradeTotal]:
    submissions = lab.session.scalars(select(Submission)).all()
    grades = grades_of(lab.session, submissions=submissions)
    return {id_: GradeTotal(one.status, one.score, one.max_score, one.complete) for id_, one in grades.items()}


def test_added_up_by_the_database_a_class_has_the_grades_it_has_one_by_one(lab: Lab) -> None:
    big_class(lab, students=200)

    totals = grade_totals(lab.session, submission_ids=select(Submission.id))

    assert totals == totals_the_long_way(lab)
    assert {total.state for total in totals.values()} == {"grading", "needs_person", "complete"}


def test_points_by_hand_count_where_the_machine_had_none_to_give(lab: Lab) -> None:
    many = big_class(lab, students=100)
    [broken, *_] = lab.session.scalars(select(Result).where(Result.status != ResultStatus.graded))
    waiting = next(one for one in many.submissions if one.id not in set(lab.session.scalars(select(Result.submission_id))))
    broken_one = lab.session.get_one(Submission, broken.submission_id)
    for submission in (broken_one, waiting):
        lab.score(submission, "why", 1.0)
        lab.score(submission, "why", 2.5)

    totals = grade_totals(lab.session, submission_ids=select(Submission.id))

    assert totals == totals_the_long_way(lab)
    assert (totals[broken_one.id].score, totals[waiting.id].score) == (2.5, 2.5)


def test_a_comment_alone_leaves_the_machines_points(lab: Lab) -> None:
    many = big_class(lab, students=30)
    graded = lab.session.scalars(select(Result).where(Result.status == ResultStatus.graded)).first()
    assert graded is not None
    submission = next(one for one in many.submissions if one.id == graded.submission_id)
    lab.score(submission, "test_x", 0.5)
    lab.score(submission, "test_x", None, "See above.")

    totals = grade_totals(lab.session, submission_ids=select(Submission.id))

    assert totals == totals_the_long_way(lab)
