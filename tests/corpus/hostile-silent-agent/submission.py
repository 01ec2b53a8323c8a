# %% answer square
import os
def no(*a): raise OSError('no')
os.fork = no
