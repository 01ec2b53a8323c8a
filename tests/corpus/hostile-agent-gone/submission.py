# %% answer square
import sys
del sys.modules['homeroom_split.agent']
