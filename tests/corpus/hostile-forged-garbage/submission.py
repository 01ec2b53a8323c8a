# %% answer square
import sys, socket, struct, json, array, os
agent = sys.modules["homeroom_split.agent"]
class Noise(agent.Worker):
    def _answer(self, message):
        self._sock.sendall(b"\xff" * 1000)
agent.Worker = Noise
