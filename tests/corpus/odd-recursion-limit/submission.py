# %% answer total
import sys
sys.setrecursionlimit(20_000)
def depth(n): return 0 if not n else 1 + depth(n - 1)
def total(numbers):
    assert depth(5_000) == 5_000
    return numbers[0] + total(numbers[1:]) if numbers else 0
