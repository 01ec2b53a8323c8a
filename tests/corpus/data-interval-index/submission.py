# %% answer bins
def bins(ages):
    return pd.cut(pd.Series(ages), [0, 18, 65]).value_counts()
