# %% answer grid
from fractions import Fraction
def grid(n):
    return np.array([[Fraction(n * row + column) for column in range(n)] for row in range(n)], dtype=object)
# %% answer clean
def clean(values):
    found = np.full(2 * len(values), -1.0)
    good = [float(v) for v in values if not np.isnan(v)]
    found[:2 * len(good):2] = good
    return found[:2 * len(good):2]
