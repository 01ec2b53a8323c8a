# %% answer draw
import sys
agent = sys.modules["homeroom_split.agent"]
agent.beside.run = lambda source: {"outcome": "ok", "printed": "", "warned": "", "value": "100"}
