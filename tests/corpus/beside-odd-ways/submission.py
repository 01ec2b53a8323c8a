# %% answer draw
%matplotlib inline
import matplotlib.pyplot as plt
import numpy as np
fig = plt.figure(figsize=(3, 2))
ax = fig.add_subplot()
ax.set(title="Squares", xlabel="n")
x = np.arange(1, 4)
ax.plot(x, x ** 2, "o--")
plt.show()
# %% answer save
from pathlib import Path
def save(path, rows):
    Path(path).write_text("".join(f"{row}\n" for row in rows))
# %% answer ask
def ask():
    try:
        return int(input()) + 1
    except ValueError:
        return ask()
