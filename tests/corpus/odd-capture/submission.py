# %% answer square
%%capture said
def square(x): return x * x
print(square(2))
# %% answer total
%%writefile sums.py
def total(numbers): return sum(numbers)
# %% own
from sums import total
