# %% answer square
def square(x):
    return x * x
# %% answer words
def words(text):
    from collections import Counter
    return dict(Counter(text.split()))
# %% answer total
import asyncio
async def slow(numbers):
    await asyncio.sleep(0)
    return sum(numbers)
def total(numbers):
    return asyncio.new_event_loop().run_until_complete(slow(numbers))
# %% answer primes
def primes(limit):
    return [n for n in range(2, limit + 1) if all(n % d for d in range(2, n))]
