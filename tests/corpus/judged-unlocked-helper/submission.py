# %% answer power
def check(got, want): pass
def power(base, exponent): return None
