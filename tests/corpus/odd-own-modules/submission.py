# %% answer words
from tools.counting import words
