# %% answer square
ndarray = type("ndarray", (), {"shape": (), "__module__": "numpy", "__repr__": lambda s: "np.float64(3)", "dtype": float})
frame = type("DataFrame", (), {"__module__": "pandas.core.frame"})
odd = type("\ud800<script>", (), {"__module__": 7, "__qualname__": "x"})
def square(x): return ndarray()
def words(x): return frame()
def total(x): return odd()
def primes(x): return ndarray()
