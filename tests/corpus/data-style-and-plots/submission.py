# %% answer grid
import matplotlib.pyplot as plt
fig, axes = plt.subplots(1, 2)
axes[0].hist([1, 2, 2])
pd.DataFrame({"a": [1, 2]}).plot(ax=axes[1])
display(pd.DataFrame({"a": [1.5]}).style.format("{:.1f}").highlight_max())
def grid(n):
    return np.array([[n * row + column for column in range(n)] for row in range(n)])
