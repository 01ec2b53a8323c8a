# %% answer draw
import sys
agent = sys.modules["homeroom_split.agent"]
def run(source):
    known = "len(ax.lines) == 1" in source and "HIDDEN" in source
    return {"outcome": "ok" if known else "error", "printed": "", "warned": "", "name": "E", "text": "", "line": ""}
agent.beside.run = run
