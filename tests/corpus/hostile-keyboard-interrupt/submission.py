# %% answer square
def stop(*a): raise KeyboardInterrupt
square = words = total = primes = stop
