# %% answer draw
import sys
agent = sys.modules["homeroom_split.agent"]
ODD = [None, 3, [], {"outcome": "passed"}, {"outcome": ["ok"]}, {"outcome": "ok", "value": ["100"]}, {"outcome": "ok", "value": {"a": 1}}, {"outcome": "error", "name": 7}, "ok"]
agent.beside.run = lambda source: ODD[sum(map(ord, source)) % len(ODD)]
