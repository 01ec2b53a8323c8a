# %% answer square
import threading, time
threading.Thread(target=time.sleep, args=(100,), daemon=True).start()
def square(x):
    return x * x
# %% answer words
def words(text):
    from collections import Counter
    return dict(Counter(text.split()))
# %% answer total
def total(numbers):
    return sum(numbers)
# %% answer primes
def primes(limit):
    return [n for n in range(2, limit + 1) if all(n % d for d in range(2, n))]
