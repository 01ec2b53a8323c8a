# %% answer people
def people():
    return pd.DataFrame({"name": ["Ada", "Bo"], "age": [36, 41]})
# %% answer clean
def clean(values):
    return [v for v in values if v == v]
