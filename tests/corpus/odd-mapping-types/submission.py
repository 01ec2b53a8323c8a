# %% answer words
from collections import ChainMap, Counter, UserDict, UserList
class Words(UserDict): pass
def words(text):
    return Words(Counter(text.split())) if len(text) < 6 else ChainMap(dict(Counter(text.split())), {})
# %% answer primes
def primes(limit):
    return UserList(n for n in range(2, limit + 1) if all(n % d for d in range(2, n)))
