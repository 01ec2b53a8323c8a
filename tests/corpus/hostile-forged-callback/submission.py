# %% answer square
import sys, socket, struct, json, array, os
agent = sys.modules["homeroom_split.agent"]
class Call(agent.Worker):
    def _answer(self, message):
        for n in (0, 1, "eval", None, True):
            agent.wire.send(self._sock, {"callback": n, "a": []})
agent.Worker = Call
