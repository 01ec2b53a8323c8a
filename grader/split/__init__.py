"""The split verdict: student code in one process, tests in another, plain values between them.

``wire``, ``arrays`` and ``agent`` run inside the student's sandbox; ``wire``, ``arrays``, ``conversation``, ``proxy``,
``namespace``, ``cell`` and ``tests_side`` inside the tests' sandbox. There the folder is seen as the package
``homeroom_split``, so these modules import each other relatively and nothing else of this project. ``script`` and ``side``
run outside and never touch a value that a student made.
"""
