"""What runs inside the sandbox besides :mod:`grader.split`: warmed processes that fork, and what their children become.

In there this package is called ``homeroom_inside`` and lies beside ``homeroom_split``; of the rest of ``grader`` it sees
nothing. It needs the standard library and ipykernel only.
"""
