# %% answer square
import sys, socket, struct, json, array, os
agent = sys.modules["homeroom_split.agent"]
class Huge(agent.Worker):
    def _answer(self, message):
        self._sock.sendall(struct.pack(">I", 2 ** 32 - 1) + b"x" * 1000)
agent.Worker = Huge
