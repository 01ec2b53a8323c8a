# %% answer square
import sys
def trace(frame, event, arg):
    frame.f_trace_lines = True
    return trace
sys.settrace(trace)
square = words = total = primes = lambda *a: None
