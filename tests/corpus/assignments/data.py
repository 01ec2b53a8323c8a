# %% locked helpers
import numpy as np
import pandas as pd
# %% answer clean
### BEGIN SOLUTION
def clean(values):
    values = np.asarray(values, dtype=float)
    return values[~np.isnan(values)]
### END SOLUTION
# %% tests t-clean 1
assert np.allclose(clean([1, np.nan, 3]), [1, 3])
### BEGIN HIDDEN TESTS
np.testing.assert_allclose(clean([np.nan, 2.5]).sum(), 2.5)
assert len(clean([np.nan])) == 0
### END HIDDEN TESTS
# %% answer grid
### BEGIN SOLUTION
def grid(n):
    return np.arange(n * n).reshape(n, n)
### END SOLUTION
# %% tests t-grid 1
assert grid(2).shape == (2, 2) and (grid(2) == [[0, 1], [2, 3]]).all()
### BEGIN HIDDEN TESTS
assert grid(3).T[0, 2] == 6 and grid(3)[1].sum() == 12
### END HIDDEN TESTS
# %% answer people
### BEGIN SOLUTION
def people():
    return np.array([("Ada", 36), ("Bo", 41)], dtype=[("name", "U10"), ("age", "i4")])
### END SOLUTION
# %% tests t-people 1
assert people()["age"].mean() == 38.5
### BEGIN HIDDEN TESTS
assert list(people()["name"]) == ["Ada", "Bo"]
### END HIDDEN TESTS
# %% answer sales
### BEGIN SOLUTION
def sales():
    days = pd.date_range("2026-01-30", periods=4, tz="Europe/Oslo")
    frame = pd.DataFrame({"shop": pd.Categorical(["a", "b", "a", "b"]), "sum": [1.0, 2.0, 3.0, None]}, index=days)
    return frame

def by_shop(frame):
    return frame.groupby("shop", observed=True)["sum"].agg(["count", "mean"])

def by_month(frame):
    return frame["sum"].groupby(frame.index.month).sum()
### END SOLUTION
# %% tests t-sales 2
frame = sales()
assert frame.shape == (4, 2) and frame["sum"].isna().sum() == 1
assert by_shop(frame).loc["a", "mean"] == 2
### BEGIN HIDDEN TESTS
assert frame.index[0] == pd.Timestamp("2026-01-30", tz="Europe/Oslo")
assert list(by_month(frame)) == [3.0, 3.0]
assert by_shop(frame)["count"].tolist() == [2, 1]
### END HIDDEN TESTS
# %% answer bins
### BEGIN SOLUTION
def bins(ages):
    return pd.cut(pd.Series(ages), [0, 18, 65]).astype(str).value_counts()
### END SOLUTION
# %% tests t-bins 1
assert bins([5, 30, 40])["(18, 65]"] == 2
# %% answer pivot
### BEGIN SOLUTION
def pivot(frame):
    return frame.pivot_table(index="city", columns="year", values="rain", aggfunc="sum")
### END SOLUTION
# %% tests t-pivot 1
rain = pd.DataFrame({"city": ["x", "y", "x"], "year": [1, 1, 2], "rain": [3.0, 4.0, 5.0]})
assert pivot(rain).loc["x", 2] == 5
### BEGIN HIDDEN TESTS
assert pivot(rain).loc["y"].isna().sum() == 1 and list(pivot(rain).columns) == [1, 2]
### END HIDDEN TESTS
