# %% answer square
import logging, warnings, time
logging.basicConfig(level=logging.DEBUG)
log = logging.getLogger(__name__)
def square(x):
    log.info("squaring %s", x)
    warnings.warn("slow", DeprecationWarning)
    time.perf_counter()
    return x * x
