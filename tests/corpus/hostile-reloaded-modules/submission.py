# %% answer square
import sys
for name in [name for name in sys.modules if name.partition(".")[0] in ("numpy", "unittest", "json")]:
    del sys.modules[name]
sys.path.insert(0, "/tmp/work")
square = words = total = primes = lambda *a: None
