# %% answer words
import sqlite3
base = sqlite3.connect(":memory:", check_same_thread=False)
base.execute("create table words (word text)")
def words(text):
    base.execute("delete from words")
    base.executemany("insert into words values (?)", [(word,) for word in text.split()])
    return dict(base.execute("select word, count(*) from words group by word"))
