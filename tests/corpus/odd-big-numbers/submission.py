# %% answer square
def square(x):
    return (10**400 * x * x) // 10**400 if isinstance(x, int) else x * x
# %% answer total
from decimal import Decimal
def total(numbers):
    return float(sum((Decimal(str(n)) for n in numbers), Decimal(0)))
