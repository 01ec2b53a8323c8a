# %% answer total
import sys, types
agent = sys.modules["homeroom_split.agent"]
class Program(agent.Worker):
    def _answer(self, message):
        agent.wire.send(self._sock, {"ok": ["module", "unittest.__main__", 1]})
agent.Worker = Program
