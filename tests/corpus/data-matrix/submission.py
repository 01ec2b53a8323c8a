# %% answer grid
def grid(n):
    return np.asmatrix(np.arange(n * n).reshape(n, n))
