# %% answer square
square = words = total = primes = lambda *a: float('nan')
