# %% answer square
import sys
agent = sys.modules["homeroom_split.agent"]
class Names(agent.Worker):
    turn = 0
    def _answer(self, message):
        nodes = [["mine", 1], ["name", "check"], ["copy", "Namespace", {}], ["call", 140000000000000], ["module", "__main__", 1], ["py", "builtins", "__import__"]]
        agent.wire.send(self._sock, {"ok": nodes[self.turn % len(nodes)]})
        Names.turn += 1
agent.Worker = Names
