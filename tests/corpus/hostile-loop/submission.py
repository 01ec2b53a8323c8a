# %% answer square
def spin(*a):
    while True: pass
square = words = total = primes = spin
