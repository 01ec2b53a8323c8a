# %% answer draw
import matplotlib.pyplot as plt
fig, ax = plt.subplots()
ax.plot([1, 2, 3], [1, 4, 8])
# %% answer rate
def rate(amount): return amount * 1.5
# %% answer save
def save(path, rows):
    with open(path, "w") as file: file.write("\n".join(map(str, rows)))
# %% answer ask
def ask(): return input("A number: ")
