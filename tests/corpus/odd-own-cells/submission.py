# %% answer square
def square(x): return power(x, 2)
# %% own
def power(x, n): return x ** n
# %% own
this is not Python
# %% own
raise SystemExit
# %% own
%nonsense
# %% own
input("wait for me")
