# %% answer pivot
def pivot(frame):
    sums = frame.groupby(["city", "year"])["rain"].sum()
    return sums.unstack("year")
# %% answer sales
def sales():
    frame = pd.DataFrame([("a", 1.0), ("b", 2.0), ("a", 3.0), ("b", float("nan"))], columns=["shop", "sum"])
    frame.index = pd.date_range("2026-01-30", periods=4, tz="Europe/Oslo", name="day")
    return frame
def by_shop(frame):
    return frame.groupby("shop")["sum"].agg(["count", "mean"])
def by_month(frame):
    return frame.assign(month=frame.index.month).groupby("month")["sum"].sum()
