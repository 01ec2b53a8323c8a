# %% answer total
import subprocess, sys
def total(numbers):
    program = f"print(sum({list(map(float, numbers))!r}))"
    return float(subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout)
