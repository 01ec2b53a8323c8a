# %% answer pivot
def pivot(frame):
    return frame.pivot_table(index="city", columns="year", values="rain", aggfunc="sum").style
