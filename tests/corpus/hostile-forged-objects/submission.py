# %% answer square
import sys, socket, struct, json, array, os
agent = sys.modules["homeroom_split.agent"]
class Yes(agent.Worker):
    def _answer(self, message):
        agent.wire.send(self._sock, {"ok": ["ref", 1, {"k": "callable", "b": "list", "q": "fields", "s": None}]})
agent.Worker = Yes
