# %% answer draw
### BEGIN SOLUTION
import matplotlib.pyplot as plt
fig, ax = plt.subplots()
ax.plot([1, 2, 3], [1, 4, 9])
ax.set_title("Squares")
### END SOLUTION
# %% tests t-plot 2
%matplotlib inline
assert len(ax.lines) == 1
### BEGIN HIDDEN TESTS
assert list(ax.lines[0].get_ydata()) == [1, 4, 9]
assert ax.get_title() == "Squares"
### END HIDDEN TESTS
# %% answer rate
### BEGIN SOLUTION
def fetch():
    return 1.5

def rate(amount):
    return amount * fetch()
### END SOLUTION
# %% tests t-mock 2
import unittest.mock
assert rate(2) == 3.0
### BEGIN HIDDEN TESTS
with unittest.mock.patch("__main__.fetch", lambda: 2.25):
    assert rate(4) == 9.0
### END HIDDEN TESTS
# %% answer save
### BEGIN SOLUTION
def save(path, rows):
    with open(path, "w") as file:
        file.writelines(f"{row}\n" for row in rows)
### END SOLUTION
# %% tests t-file 1
save("out.txt", [1])
assert open("out.txt").read() == "1\n"
### BEGIN HIDDEN TESTS
save("out.txt", ["kiwi", "plum"])
assert open("out.txt").read() == "kiwi\nplum\n"
### END HIDDEN TESTS
# %% answer ask
### BEGIN SOLUTION
def ask():
    return int(input("A number: ")) + 1
### END SOLUTION
# %% tests t-input 1
import builtins
builtins.input, usual = lambda prompt="": "41", builtins.input
assert ask() == 42
builtins.input = usual
# %% tests t-apart 1
assert rate(0) == 0
