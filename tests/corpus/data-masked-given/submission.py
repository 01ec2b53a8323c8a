# %% answer grid
def grid(n):
    return np.ma.array(np.arange(n * n).reshape(n, n))
