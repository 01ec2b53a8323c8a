# %% answer square
import sys, socket, struct, json, array, os
agent = sys.modules["homeroom_split.agent"]
class Own(agent.Worker):
    def _answer(self, message):
        agent.wire.send(self._sock, {"ok": ["py", "builtins", "eval"]})
agent.Worker = Own
