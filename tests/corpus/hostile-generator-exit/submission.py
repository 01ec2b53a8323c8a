# %% answer square
def stop(*a): raise GeneratorExit
def stop2(*a): raise StopIteration
square = words = stop
total = primes = stop2
